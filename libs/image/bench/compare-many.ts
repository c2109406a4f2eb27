import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { medians, ms, run, type Row } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

/** What a team's own script would be: every bundle for all platforms into all registries. */
const script = `
import { readFile } from 'node:fs/promises';
import { buildImage, pinnedBases, publishImage } from './package/dist/index.js';
const { bundles, platforms, hosts, name, lock, blobs } = JSON.parse(process.argv[2]);
const credentials = async () => undefined;
const bases = await pinnedBases({ lock, blobs, platforms, credentials });
await Promise.all(bundles.map(async (bundle, n) => {
  await buildImage({ bundle, output: bundle + '-layout', bases, name: 'app' });
  const to = hosts.map((host) => host + '/' + name + '-' + n);
  await publishImage({ layout: bundle + '-layout', blobs, to, tags: ['v1'], credentials });
}));
`;

/**
 * Ten apps for two platforms into two registries, against one app for one platform into one; a process each. Every
 * time all code is new, and the repositories have what was released before: a change that touches every app.
 */
export async function compareMany({ folder, lock, blobs, hosts }: Stage, runs: number): Promise<Row[]> {
  const bundles = Array.from({ length: 10 }, (_, n) => join(folder, `many-${n}`));
  for (const bundle of bundles) {
    await cp(sampleBundle, bundle, { recursive: true, filter: (file) => !file.endsWith('.map') });
  }
  const program = join(folder, 'many.mjs');
  await writeFile(program, script);
  const deploy = async (work: { bundles: string[]; name: string }, others: object, turn: number) => {
    for (const bundle of work.bundles)
      await appendFile(join(bundle, 'main.mjs'), `\n// ${bundle} ${work.name} ${turn}`);
    await run(process.execPath, [program, JSON.stringify({ lock, blobs, ...work, ...others })]);
  };
  const [arm, amd] = ['linux/arm64', 'linux/amd64'];
  const [one = 0, ten = 0] = await medians(runs, [
    (turn) =>
      deploy({ bundles: bundles.slice(0, 1), name: 'one' }, { platforms: [amd], hosts: [hosts[0]] }, turn),
    (turn) => deploy({ bundles, name: 'ten' }, { platforms: [amd, arm], hosts }, turn),
  ]);
  return [
    {
      what: '10 apps × 2 platforms × 2 registries',
      ours: ms(ten),
      against: `1 × 1 × 1: ${ms(one)}`,
      ratio: `${(ten / one).toFixed(1)} × as long`,
      wanted: '≤ 4 ×',
    },
  ];
}
