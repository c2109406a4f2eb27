import { randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '../src/build.ts';
import { hostNodeBase } from '../src/embedded-base.ts';
import { exportImage } from '../src/export.ts';
import { medians, ms, run, type Row } from './measure.ts';
import type { Stage } from './stage.ts';

const gigabyte = 1 << 30;

/** Push of a layer of 1 GB that cannot be compressed, each tool as its own process, against `skopeo copy`. */
export async function compareLarge(stage: Stage, runs: number): Promise<Row[]> {
  const { folder, program, blobs, hosts } = stage;
  const [bundle, layout, whole] = ['large', 'large-layout', 'large-export'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await mkdir(join(bundle, 'assets'), { recursive: true });
  await writeFile(join(bundle, 'main.mjs'), '');
  const file = await open(join(bundle, 'assets/large.bin'), 'w');
  for (let written = 0; written < gigabyte; written += 1 << 24)
    await file.write(randomFillSync(Buffer.alloc(1 << 24)));
  await file.close();
  await buildImage({ bundle, output: layout, base: hostNodeBase(), name: 'large' });
  await exportImage({ layout, blobs, output: whole, tag: 'v1' });
  await rm(bundle, { recursive: true });
  let resident = 0;
  const [ours = 0, theirs = 0] = await medians(Math.min(runs, 3), [
    async (turn) => {
      const to = ['--to', `${hosts[turn & 1 ? 1 : 0]}/large-${turn + 1}`, '--blobs', blobs];
      const time = ['-f', '%M', '-o', join(folder, 'rss'), process.execPath, program, 'push', layout, ...to];
      await run('/usr/bin/time', time);
      resident = Math.max(resident, Number(await run('cat', [join(folder, 'rss')])) / 1024);
    },
    async (turn) => {
      const to = `docker://${hosts[turn & 1 ? 1 : 0]}/skopeo-${turn + 1}:v1`;
      const how = ['--dest-tls-verify=false', '--insecure-policy', '--preserve-digests', '--all'];
      await run('skopeo', ['copy', ...how, `oci:${whole}:v1`, to]);
    },
  ]);
  return [
    {
      what: 'push of a layer of 1 GB',
      ours: `${ms(ours)}, ${resident.toFixed(0)} MB resident`,
      against: `skopeo copy: ${ms(theirs)}`,
      ratio: `${(theirs / ours).toFixed(2)} × the throughput`,
      wanted: '≥ 0.7 ×, ≤ 200 MB',
    },
  ];
}
