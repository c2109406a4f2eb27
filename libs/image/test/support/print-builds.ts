import { join } from 'node:path';
import { buildImage } from '../../src/build/build-image.ts';
import { smallBase } from './small-base.ts';

// Run as a child process: builds each folder of argv[2], prints the digests. argv[3]: `all at once` or not.
const [, , folder = '', atOnce = '', ...trees] = process.argv;
const base = await smallBase(join(folder, 'blobs'));
const build = async (tree: string) => {
  const output = join(folder, 'layouts', tree);
  const options = { bundle: join(folder, tree), output, base, name: 'app', sourceMaps: true };
  return (await buildImage(options)).digest;
};
const digests: string[] = [];
if (atOnce === 'true') digests.push(...(await Promise.all(trees.map(build))));
else for (const tree of trees) digests.push(await build(tree));
process.stdout.write(JSON.stringify(digests));
