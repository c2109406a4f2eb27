import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { medians, ms, run, type Row } from './measure.ts';
import { sampleBundle } from './program.ts';
import type { Stage } from './stage.ts';

/**
 * Build and push of sample-api's ready-made bundle, each tool as its own process, each time into a new repository of a
 * registry that has the base. Every tool may keep the base between runs.
 */
export async function compareBuilders(stage: Stage, runs: number): Promise<Row[]> {
  const app = join(stage.folder, 'app');
  await cp(sampleBundle, app, { recursive: true, filter: (file) => !file.endsWith('.map') });
  const works = [ours(stage, app), await containerify(stage, app), await buildah(stage, app)];
  const [mine = 0, other = 0, slow = 0] = await medians(runs, works);
  const [what, own] = ['build + push of sample-api, cold', ms(mine)];
  return [
    {
      what,
      ours: own,
      against: `containerify 4.1.0: ${ms(other)}`,
      ratio: `${(other / mine).toFixed(2)} × faster`,
      wanted: '≥ 1.5 ×',
    },
    {
      what,
      ours: own,
      against: `buildah: ${ms(slow)}`,
      ratio: `${(slow / mine).toFixed(1)} × faster`,
      wanted: '≥ 5 ×',
    },
  ];
}

type Work = (turn: number) => Promise<unknown>;

function ours({ program, lockFile, blobs, folder, hosts: [host] }: Stage, app: string): Work {
  const base = ['--base-lock', lockFile, '--blobs', blobs, '--platform', 'linux/amd64'];
  return (turn) => {
    const to = ['--output', join(folder, 'ours'), '--to', `${host}/ours-${turn + 1}`, '--tag', 'v1'];
    return run(process.execPath, [program, 'build', app, ...base, ...to]);
  };
}

async function containerify({ folder, lock, hosts: [host] }: Stage, app: string): Promise<Work> {
  const place = join(folder, 'containerify');
  await mkdir(place);
  await writeFile(join(place, 'package.json'), '{"name":"peers","private":true}');
  await writeFile(join(app, 'package.json'), '{"name":"app","version":"1.0.0"}');
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'containerify@4.1.0'];
  await run('npm', install, place);
  const program = join(place, 'node_modules/containerify/lib/cli.js');
  const registry = `http://${host}/v2/`;
  const from = ['--fromRegistry', registry, '--fromImage', `base/node:${lock.tag}`];
  const fair = [
    '--layerCacheFolder',
    join(folder, 'containerify-cache'),
    '--doCrossMount',
    '--platform',
    'linux/amd64',
  ];
  const content = ['--customContent', 'main.mjs'];
  await mkdir(join(folder, 'containerify-cache'));
  return (turn) => {
    const to = ['--toRegistry', registry, '--toImage', `containerify-${turn + 1}:v1`, '--allowNoPushAuth'];
    return run(process.execPath, [program, ...from, ...to, ...fair, ...content, '--folder', app]);
  };
}

async function buildah({ folder, lock, hosts: [host] }: Stage, app: string): Promise<Work> {
  await writeFile(join(app, 'Dockerfile'), `FROM ${lock.name}:${lock.tag}\nCOPY main.mjs /app/main.mjs\n`);
  await writeFile(join(folder, 'policy.json'), '{"default":[{"type":"insecureAcceptAnything"}]}');
  const storage = [
    '--root',
    join(folder, 'root'),
    '--runroot',
    join(folder, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const open = ['--tls-verify=false', '--signature-policy', join(folder, 'policy.json')];
  return async (turn) => {
    const tag = `${host}/buildah-${turn + 1}:v1`;
    await run('buildah', [...storage, 'bud', '--no-cache', ...open, '--isolation', 'chroot', '-t', tag, app]);
    await run('buildah', [...storage, 'push', ...open, tag, `docker://${tag}`]);
  };
}
