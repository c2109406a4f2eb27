import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distant } from './distant.ts';
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

/** Of a round trip to the registry of a cloud region nearby, one way. Milliseconds. */
const oneWayMs = 10;

/**
 * Ten apps for two platforms into two registries, against one app into one; a process each. Every
 * time all code is new, and the repositories have what was released before: a change that touches every app. With registries
 * on the builder's own processors, and with the same ones at the distance of a network. Beside it
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
  const deploy = async (work: Work, turn: number) => {
    for (const bundle of work.bundles)
      await appendFile(join(bundle, 'main.mjs'), `\n// ${bundle} ${work.name} ${turn}`);
    return run(process.execPath, [program, JSON.stringify({ lock, blobs, ...work })]);
  };
  const [first] = bundles as [string];
  const one = (name: string, to: string[], platforms = [amd]) =>
    deploy.bind(undefined, { bundles: [first], name, platforms, hosts: to.slice(0, 1) });
  const ten = (name: string, to: string[]) =>
    deploy.bind(undefined, { bundles, name, platforms: [amd, arm], hosts: to });
  const away = await Promise.all(hosts.map((host) => distant(host, oneWayMs)));
  const far = away.map(({ host }) => host);
  // The bare requests need repositories that have the base.
  await ten('bare', hosts)(-2);
  const cpu: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  let requests = '';
  const [nearOne = 0, nearPair = 0, nearTen = 0, bare = 0, farOne = 0, farTen = 0] = await medians(runs, [
    one('one', hosts),
    one('pair', hosts, [amd, arm]),
    counted(stage, cpu.ours, async (turn) => {
      requests = (await ten('ten', hosts)(turn)).trim();
    }),
    counted(stage, cpu.bare, () => {
      const layouts = bundles.map((bundle) => `${bundle}-layout`);
      return run(process.execPath, [barePush, JSON.stringify({ layouts, hosts, name: 'bare' })]);
    }),
    one('far-one', far),
    ten('far-ten', far),
  ]);
  for (const { stop } of away) stop();
  const wanted = '≤ 4 ×';
  const times = (long: number, short: number) => `${(long / short).toFixed(1)} × as long`;
  return [
    {
      what: '10 apps × 2 platforms × 2 registries',
      ours: `${ms(nearTen)}, ${requests} requests`,
      against: `1 × 1 × 1: ${ms(nearOne)}; 1 × 2 × 1: ${ms(nearPair)}`,
      ratio: `${times(nearTen, nearOne)}; ${times(nearTen, nearPair)}`,
      wanted,
    },
    {
      what: `the same, registries ${2 * oneWayMs} ms away`,
      ours: ms(farTen),
      against: `1 × 1 × 1: ${ms(farOne)}`,
      ratio: times(farTen, farOne),
      wanted,
    },
    {
      what: 'of the first, the two registries',
      ours: `${ms(median(cpu.ours))} of processor time`,
      against: `built images by bare requests: ${ms(bare)}, ${ms(median(cpu.bare))} of processor time`,
      ratio: `${times(bare, nearOne)} for the bare requests`,
      wanted: '-',
    },
  ];
}

interface Work {
  bundles: string[];
  name: string;
  platforms: string[];
  hosts: string[];
}

/** Notes what the registries take meanwhile. */
function counted(stage: Stage, cpu: number[], work: (turn: number) => Promise<unknown>) {
  return async (turn: number): Promise<void> => {
    const before = stage.registriesCpuMs();
    await work(turn);
    cpu.push(stage.registriesCpuMs() - before);
  };
}
