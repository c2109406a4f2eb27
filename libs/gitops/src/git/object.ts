import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** The hash that a repository uses for object ids. */
export type ObjectFormat = 'sha1' | 'sha256';

/** The type of an object. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** An object as Git stores it. */
export interface GitObject {
  id: string;
  type: ObjectType;
  content: Buffer;
}

/** Makes an object. Its id is the hash of type, size and content. */
export function gitObject(format: ObjectFormat, type: ObjectType, content: Buffer): GitObject {
  const id = createHash(format).update(header(type, content)).update(content).digest('hex');
  return { id, type, content };
}

/**
 * Writes a loose object atomically, as Git does: to a temporary file, then a rename. Writing it here saves
 * one process for each object.
 */
export async function writeObject(folder: string, { id, type, content }: GitObject): Promise<void> {
  const file = join(folder, id.slice(0, 2), id.slice(2));
  await mkdir(dirname(file), { recursive: true });
  const bytes = deflateSync(Buffer.concat([header(type, content), content]), { level: 1 });
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}

function header(type: ObjectType, content: Buffer): Buffer {
  return Buffer.from(`${type} ${content.length}\0`);
}
