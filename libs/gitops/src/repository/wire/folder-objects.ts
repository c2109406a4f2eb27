import { dirname, resolve } from 'node:path';
import { gitObject } from '../git-object.ts';
import { ObjectReader } from '../object-reader.ts';
import type { FarObjects } from './far-objects.ts';
import { CONTENT_BYTES } from './limits.ts';
import { folderEnvironment } from './process-service.ts';

/**
 * The objects of a repository in a folder, each read where it lies by one `git cat-file`: nothing is packed and unpacked
 * on the way, as in a fetch, and how many others there are does not matter.
 *
 * @param safeFolders what the user said in `safe.directory`
 */
export function folderObjects(folder: string, cwd: string, safeFolders: readonly string[]): FarObjects {
  const place = resolve(cwd, folder);
  const reader = new ObjectReader(
    place,
    {
      ...folderEnvironment(safeFolders),
      GIT_CEILING_DIRECTORIES: dirname(place), // this repository, and none that it lies in
      // What a clone would get: the objects themselves, and only those that are here.
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
    },
    CONTENT_BYTES,
  );
  return {
    read: async (id, type, format) => {
      const found = await reader.read(id);
      if (found?.type !== type || gitObject(format, type, found.content).id !== id)
        throw new Error(`${id} is not there, or damaged`);
      return found;
    },
    close: () => reader.close(),
  };
}
