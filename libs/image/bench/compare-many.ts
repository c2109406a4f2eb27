import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median, medians, ms, run, type Row } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

/** What a team's own script would be: every bundle for all platforms into all registries. */
const script = `
import { buildImage, pinnedBases, publishImage } from './package/dist/index.js';
const { bundles, platforms, hosts, name, lock, blobs } = JSON.parse(process.argv[2]);
const credentials = async () => undefined;
const bases = await pinnedBases({ lock, blobs, platforms, credentials });
const published = await Promise.all(bundles.map(async (bundle, n) => {
  await buildImage({ bundle, output: bundle + '-layout', bases, name: 'app' });
  const to = hosts.map((host) => host + '/' + name + '-' + n);
  return publishImage({ layout: bundle + '-layout', blobs, to, tags: ['v1'], credentials });
}));
console.log(published.flat().reduce((sum, { requests }) => sum + requests, 0));
`;

const barePush = join(import.meta.dirname, 'bare-push.ts');

/**
 * Ten apps for two platforms into two registries, against one app for one platform into one; a process each. Every
 * time all code is new, and the repositories have what was released before: a change that touches every app. Beside it
 * what the registries take of it, and what nobody can do without (`bare-push.ts`).
 */
export async function compareMany(stage: Stage, runs: number): Promise<Row[]> {
  const { folder, lock, blobs, hosts } = stage;
  const bundles = Array.from({ length: 10 }, (_, n) => join(folder, `many-${n}`));
  for (const bundle of bundles) {
    await cp(sampleBundle, bundle, { recursive: true, filter: (file) => !file.endsWith('.map') });
  }
  const program = join(folder, 'many.mjs');
  await writeFile(program, script);
  const [arm, amd] = ['linux/arm64', 'linux/amd64'];
  const everywhere = { platforms: [amd, arm], hosts };
  const deploy = async (work: { bundles: string[]; name: string }, others: object, turn: number) => {
    for (const bundle of work.bundles)
      await appendFile(join(bundle, 'main.mjs'), `\n// ${bundle} ${work.name} ${turn}`);
    return run(process.execPath, [program, JSON.stringify({ lock, blobs, ...work, ...others })]);
  };
  // The bare requests need repositories that have the base.
  await deploy({ bundles, name: 'bare' }, everywhere, -2);
  const cpu: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  let requests = '';
  const [one = 0, ten = 0, bare = 0] = await medians(runs, [
    (turn) =>
      deploy({ bundles: bundles.slice(0, 1), name: 'one' }, { platforms: [amd], hosts: [hosts[0]] }, turn),
    counted(stage, cpu.ours, async (turn) => {
      requests = (await deploy({ bundles, name: 'ten' }, everywhere, turn)).trim();
    }),
    counted(stage, cpu.bare, () => {
      const layouts = bundles.map((bundle) => `${bundle}-layout`);
      return run(process.execPath, [barePush, JSON.stringify({ layouts, hosts, name: 'bare' })]);
    }),
  ]);
  return [
    {
      what: '10 apps × 2 platforms × 2 registries',
      ours: `${ms(ten)}, ${requests} requests`,
      against: `1 × 1 × 1: ${ms(one)}`,
      ratio: `${(ten / one).toFixed(1)} × as long`,
      wanted: '≤ 4 ×',
    },
    {
      what: 'of that, the two registries',
      ours: `${ms(median(cpu.ours))} of processor time`,
      against: `built images by bare requests: ${ms(bare)}, ${ms(median(cpu.bare))} of processor time`,
      ratio: `${(bare / one).toFixed(1)} × for the bare requests`,
      wanted: '-',
    },
  ];
}

/** Notes what the registries take meanwhile. */
function counted(stage: Stage, cpu: number[], work: (turn: number) => Promise<unknown>) {
  return async (turn: number): Promise<void> => {
    const before = stage.registriesCpuMs();
    await work(turn);
    cpu.push(stage.registriesCpuMs() - before);
  };
}
