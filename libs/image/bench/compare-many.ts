import { appendFile, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { distant } from './distant.ts';
import { median, medians, ms, run, startCraneRegistry, type Registry, type Row } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

/** A typical script: builds every bundle for all platforms and pushes to all registries. */
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

/** One-way latency to the registry of a nearby cloud region, in milliseconds. */
const oneWayMs = 10;

/**
 * Compares ten apps for two platforms and two registries with one app for one registry, each in one process.
 * The one app is built for both platforms, like each of the ten, and for one platform, which is less work. In
 * every run all code is new and the repositories have the previous release: a change that affects every app.
 * The registries run on the builder's processors: a heavy one, a light one, and the heavy one with latency.
 * Also measures the processor time of the registries and the minimum (`bare-push.ts`).
 */
export async function compareMany(stage: Stage, runs: number): Promise<Row[]> {
  const { folder, lock, blobs } = stage;
  const bundles = Array.from({ length: 10 }, (_, n) => join(folder, `many-${n}`));
  for (const bundle of bundles) {
    await cp(sampleBundle, bundle, { recursive: true, filter: (file) => !file.endsWith('.map') });
  }
  const program = join(folder, 'many.mjs');
  await writeFile(program, script);
  const deploy = async (work: Work, turn: number) => {
    for (const bundle of work.bundles)
      await appendFile(join(bundle, 'main.mjs'), `\n// ${bundle} ${work.name} ${turn}`);
    return run(process.execPath, [program, JSON.stringify({ lock, blobs, ...work })]);
  };
  const light = await Promise.all(['c', 'd'].map((name) => startCraneRegistry(join(folder, name))));
  const away = await Promise.all(
    stage.registries.map(async (registry) => ({ ...registry, ...(await distant(registry.host, oneWayMs)) })),
  );
  const places: Place[] = [
    { name: 'docker-registry', registries: stage.registries },
    { name: 'crane registry', registries: light },
    { name: `docker-registry, ${2 * oneWayMs} ms away`, registries: away },
  ];
  try {
    const rows: Row[] = [];
    for (const place of places) rows.push(await comparePlace(place, bundles, deploy, runs));
    return rows;
  } finally {
    for (const { stop } of [...away, ...light]) stop();
  }
}

async function comparePlace(
  { name, registries }: Place,
  bundles: string[],
  deploy: (work: Work, turn: number) => Promise<string>,
  runs: number,
): Promise<Row> {
  const hosts = registries.map(({ host }) => host);
  const [arm, amd] = ['linux/arm64', 'linux/amd64'];
  const one = { bundles: bundles.slice(0, 1), platforms: [amd], hosts: hosts.slice(0, 1), name: 'one' };
  const ten = { bundles, platforms: [amd, arm], hosts, name: 'ten' };
  // The bare requests need repositories that have the base.
  await deploy({ ...ten, name: 'bare' }, -2);
  const cpu: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  let requests = '';
  const [single = 0, pair = 0, all = 0, bare = 0] = await medians(runs, [
    (turn) => deploy(one, turn),
    (turn) => deploy({ ...one, platforms: [amd, arm], name: 'pair' }, turn),
    counted(registries, cpu.ours, async (turn) => {
      requests = (await deploy(ten, turn)).trim();
    }),
    counted(registries, cpu.bare, () => {
      const layouts = bundles.map((bundle) => `${bundle}-layout`);
      return run(process.execPath, [barePush, JSON.stringify({ layouts, hosts, name: 'bare' })]);
    }),
  ]);
  const times = (short: number) => `${(all / short).toFixed(1)} ×`;
  return {
    what: `10 apps × 2 platforms × 2 registries (${name})`,
    ours: `${ms(all)}, ${requests} requests${taken(cpu.ours)}`,
    against: `1 × 2 × 1: ${ms(pair)}; 1 × 1 × 1: ${ms(single)}; bare requests: ${ms(bare)}${taken(cpu.bare)}`,
    ratio: `${times(pair)}; ${times(single)}; ${times(bare)} as long`,
    wanted: '≤ 4 ×',
  };
}

/** Registries of one kind. Distant ones also run on the builder's processors; only the latency differs. */
interface Place {
  name: string;
  registries: readonly Registry[];
}

const taken = (cpu: readonly number[]) => ` (of the registries: ${ms(median(cpu))} of processor time)`;

interface Work {
  bundles: string[];
  name: string;
  platforms: string[];
  hosts: string[];
}

/** Records the processor time of the registries during the work. */
function counted(registries: readonly Registry[], cpu: number[], work: (turn: number) => Promise<unknown>) {
  const time = () => registries.reduce((sum, { cpuMs }) => sum + cpuMs(), 0);
  return async (turn: number): Promise<void> => {
    const before = time();
    await work(turn);
    cpu.push(time() - before);
  };
}
