import { join } from 'node:path';
import { buildImage } from '../../src/build/build-image.ts';
import { publishImage } from '../../src/push/publish-image.ts';
import { smallBase } from './small-base.ts';

// Run as a child process that is killed: builds argv[2]/bundle, pushes to a folder and the registry argv[3].
const [, , folder = '', host = ''] = process.argv;
const [blobs, layout] = [join(folder, 'blobs'), join(folder, 'layout')];
process.stdout.write('begun\n');
const base = await smallBase(blobs);
const { digest } = await buildImage({ bundle: join(folder, 'bundle'), output: layout, base, name: 'app' });
const to = [`oci:${join(folder, 'repository')}`, `${host}/app`];
await publishImage({ layout, blobs, to, tags: ['v1'], credentials: async () => undefined });
process.stdout.write(digest);
