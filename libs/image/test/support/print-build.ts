import { buildImage } from '../../src/build/build-image.ts';
import { smallBase } from './small-base.ts';

// Run as a child process: builds argv[2] to argv[3] with base blobs in argv[4] and prints the result.
const [, , bundle = '', output = '', blobs = ''] = process.argv;
const result = await buildImage({
  bundle,
  output,
  base: await smallBase(blobs),
  name: 'app',
  sourceMaps: true,
});
process.stdout.write(JSON.stringify(result));
