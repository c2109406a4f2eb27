import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { medians, ms, run, type Row, type Work } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

/** The cache of a tool between runs: empty, as on a new runner (cold), or with the base. */
type Keeping = 'nothing' | 'base';
type Tool = (keeps: Keeping) => Work;

/**
 * Builds and pushes the existing bundle of sample-api. Each tool runs as its own process and pushes to a new
 * repository of a registry that has the base: cold, as on a new machine, and with the tool's base cache.
 */
export async function compareBuilders(stage: Stage, runs: number): Promise<Row[]> {
  const app = join(stage.folder, 'app');
  await cp(sampleBundle, app, { recursive: true, filter: (file) => !file.endsWith('.map') });
  const driver = await storageDriver(stage, app);
  const tools = [ours(stage, app), await containerify(stage, app), buildah(stage, app, driver)];
  const [mine = 0, other = 0, slow = 0, mineKept = 0, otherKept = 0, slowKept = 0] = await medians(runs, [
    ...tools.map((tool) => tool('nothing')),
    ...tools.map((tool) => tool('base')),
  ]);
  const rows = (what: string, own: number, [first, second]: [number, number], wanted: [string, string]) => [
    versus(what, own, 'containerify 4.1.0', first, wanted[0]),
    versus(what, own, `buildah (${driver})`, second, wanted[1]),
  ];
  const what = 'build + push of sample-api';
  return [
    ...rows(`${what}, cold`, mine, [other, slow], ['≥ 1.5 ×', '≥ 5 ×']),
    ...rows(`${what}, base kept`, mineKept, [otherKept, slowKept], ['-', '-']),
  ];
}

function versus(what: string, own: number, name: string, other: number, wanted: string): Row {
  const ratio = `${(other / own).toFixed(2)} × faster`;
  return { what, ours: ms(own), against: `${name}: ${ms(other)}`, ratio, wanted };
}

function ours({ program, lockFile, folder, registries: [{ host }] }: Stage, app: string): Tool {
  return (keeps) => (turn) => {
    const blobs = join(folder, keeps === 'base' ? 'blobs-kept' : `blobs-${turn}`);
    const base = ['--base-lock', lockFile, '--blobs', blobs, '--platform', 'linux/amd64'];
    const to = ['--output', join(folder, 'ours'), '--to', `${host}/ours-${keeps}-${turn + 1}`, '--tag', 'v1'];
    return run(process.execPath, [program, 'build', app, ...base, ...to]);
  };
}

async function containerify({ folder, lock, registries: [{ host }] }: Stage, app: string): Promise<Tool> {
  const place = join(folder, 'containerify');
  await mkdir(place);
  await writeFile(join(place, 'package.json'), '{"name":"peers","private":true}');
  await writeFile(join(app, 'package.json'), '{"name":"app","version":"1.0.0"}');
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'containerify@4.1.0'];
  await run('npm', install, place);
  const program = join(place, 'node_modules/containerify/lib/cli.js');
  const registry = `http://${host}/v2/`;
  const from = ['--fromRegistry', registry, '--fromImage', `base/node:${lock.tag}`];
  const fair = ['--doCrossMount', '--platform', 'linux/amd64', '--allowNoPushAuth'];
  const content = ['--customContent', 'main.mjs', '--folder', app];
  return (keeps) => async (turn) => {
    const cache = join(folder, keeps === 'base' ? 'containerify-kept' : `containerify-${turn}`);
    await mkdir(cache, { recursive: true });
    const to = ['--toRegistry', registry, '--toImage', `containerify-${keeps}-${turn + 1}:v1`];
    await run(process.execPath, [program, ...from, ...to, ...fair, '--layerCacheFolder', cache, ...content]);
    return () => keeps === 'base' || rm(cache, { recursive: true });
  };
}

/** `overlay`, buildah's default, if the kernel permits it. It is faster than copying the base to a folder. */
async function storageDriver({ folder, lock }: Stage, app: string): Promise<'overlay' | 'vfs'> {
  await writeFile(join(folder, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  await writeFile(join(app, 'Dockerfile'), `FROM ${lock.name}:${lock.tag}\nCOPY main.mjs /app/main.mjs\n`);
  const store = storage(join(folder, 'buildah-trial'), 'overlay');
  const built = run('buildah', [...store, 'bud', ...open(folder), '--isolation', 'chroot', app]);
  const driver = await built.then(() => 'overlay' as const).catch(() => 'vfs' as const);
  await removeStorage(join(folder, 'buildah-trial'));
  return driver;
}

function buildah({ folder, registries: [{ host }] }: Stage, app: string, driver: string): Tool {
  return (keeps) => async (turn) => {
    const place = join(folder, keeps === 'base' ? 'buildah-kept' : `buildah-${turn}`);
    const store = storage(place, driver);
    const tag = `${host}/buildah-${keeps}-${turn + 1}:v1`;
    await run('buildah', [
      ...store,
      'bud',
      '--no-cache',
      ...open(folder),
      '--isolation',
      'chroot',
      '-t',
      tag,
      app,
    ]);
    await run('buildah', [...store, 'push', ...open(folder), tag, `docker://${tag}`]);
    return () => keeps === 'base' || removeStorage(place);
  };
}

const open = (folder: string): string[] => [
  '--tls-verify=false',
  '--signature-policy',
  join(folder, 'policy.json'),
];

const storage = (place: string, driver: string): string[] => [
  '--root',
  join(place, 'root'),
  '--runroot',
  join(place, 'run'),
  '--storage-driver',
  driver,
];

/** The driver `overlay` leaves its folder mounted. */
async function removeStorage(place: string): Promise<void> {
  await run('umount', [join(place, 'root/overlay')]).catch(() => undefined);
  await rm(place, { recursive: true, force: true });
}
