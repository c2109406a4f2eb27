import { randomFillSync } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildImage } from '../src/build/build-image.ts';
import { hostNodeBase } from '../src/base/embedded-base.ts';
import { exportImage } from '../src/read/export-image.ts';
import { medians, ms, run, startRegistry, type Row } from './measure.ts';
import type { Stage } from './stage.ts';

const gigabyte = 1 << 30;

/** Pushes an incompressible layer of 1 GB, each tool as its own process, compared with `skopeo copy`. */
export async function compareLarge(stage: Stage, runs: number): Promise<Row[]> {
  const { folder, program, blobs } = stage;
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
    (turn) =>
      intoNewRegistry(join(folder, `ours-${turn}`), async (host) => {
        const push = [process.execPath, program, 'push', layout, '--to', `${host}/large`, '--blobs', blobs];
        await run('/usr/bin/time', ['-f', '%M', '-o', join(folder, 'rss'), ...push]);
        resident = Math.max(resident, Number(await readFile(join(folder, 'rss'), 'utf8')) / 1024);
      }),
    (turn) =>
      intoNewRegistry(join(folder, `skopeo-${turn}`), (host) => {
        const how = ['--dest-tls-verify=false', '--insecure-policy', '--preserve-digests', '--all'];
        return run('skopeo', ['copy', ...how, `oci:${whole}:v1`, `docker://${host}/large:v1`]);
      }),
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

/** A registry that never had the blob, because skopeo remembers copied blobs and mounts them. */
async function intoNewRegistry(folder: string, push: (host: string) => Promise<unknown>): Promise<void> {
  const { host, stop } = await startRegistry(folder);
  try {
    await push(host);
  } finally {
    stop();
    await rm(folder, { recursive: true, force: true });
  }
}
