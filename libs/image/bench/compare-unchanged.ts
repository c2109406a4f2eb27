import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedBase } from '../src/base/pinned-base.ts';
import { buildImage } from '../src/build/build-image.ts';
import { pushImage, type PushResult } from '../src/push/push-image.ts';
import { medians, ms, type Row } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

const credentials = async () => undefined;

/** Builds and pushes in one process: cold, again without changes, and after a change of one line. */
export async function compareUnchanged(
  { folder, lock, blobs, registries: [{ host }] }: Stage,
  runs: number,
): Promise<Row[]> {
  const bundle = join(folder, 'unchanged');
  await cp(sampleBundle, bundle, { recursive: true, filter: (file) => !file.endsWith('.map') });
  const layout = join(folder, 'unchanged-layout');
  const deploy = async (name: string): Promise<PushResult> => {
    const base = await pinnedBase({ lock, blobs, platform: 'linux/amd64', credentials });
    await buildImage({ bundle, output: layout, base, name: 'sample-api' });
    return pushImage({ layout, blobs, to: `${host}/${name}`, tags: ['v1'], credentials });
  };
  const push = () => pushImage({ layout, blobs, to: `${host}/warm-0`, tags: ['v1'], credentials });
  let again: PushResult | undefined;
  const [cold = 0, warm = 0] = await medians(runs, [
    async (turn) => deploy(`warm-${turn + 1}`),
    // The build target is cached, so an unchanged app is only pushed.
    async () => (again = await push()),
  ]);
  const main = join(bundle, 'main.mjs');
  await writeFile(main, `${await readFile(main, 'utf8')}\n// one line more`);
  const changed = await deploy('warm-0');
  return [
    {
      what: 'push of sample-api, unchanged',
      ours: `${ms(warm)}, ${again?.requests} requests, ${again?.uploadedBytes} bytes`,
      against: `cold ${ms(cold)}`,
      ratio: (warm / cold).toFixed(2),
      wanted: '≤ 0.3, ≤ 4 requests, 0 bytes',
    },
    {
      what: 'push of sample-api, one line changed',
      ours: `${changed.uploadedBytes} bytes in ${changed.uploadedBlobs} blobs`,
      against: '-',
      ratio: '-',
      wanted: '≤ 350,000 bytes, 2 blobs',
    },
  ];
}
