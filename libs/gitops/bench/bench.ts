/**
 * `npm run bench -w libs/gitops [-- SECTION…]`: what a bump and `status` cost, beside what people do without this
 * library, in the same run. Sections: bump, growth, status, values, contention.
 */
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { compilePackage } from '../compile.ts';
import { bumpFiles, environmentStatuses, readEnvironment, setValue, Checkout } from '../src/index.ts';
import { serveHttp } from '../test/support/serve-http.ts';
import { contend, makeRepository, type Result } from './contention.ts';
import { compare, exponent, machine, ms } from './measure.ts';
import { gitopsRepository, valuesFile, workspaceRepository } from './repositories.ts';
import type { Policy } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let version = 1;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const run = promisify(execFile);

/** What people do: a shallow clone, `yq -i`, a commit, a push. */
async function byHand(repository: string, file: string): Promise<void> {
  const clone = mkdtempSync(join(folder, 'clone-'));
  const git = (...args: string[]) =>
    run('git', ['-C', clone, '-c', 'user.name=b', '-c', 'user.email=b@localhost', ...args]);
  await run('git', ['clone', '--quiet', '--depth=1', repository, clone]);
  await run('yq', ['-i', `.image.tag = "v${(version += 1)}"`, join(clone, file)]);
  await git('commit', '--quiet', '--all', '--message=bump');
  await git('push', '--quiet', 'origin', 'HEAD:main');
  rmSync(clone, { recursive: true });
}

const bump = (repository: string, file: string): Promise<unknown> =>
  bumpFiles({
    repository,
    cwd: folder,
    edits: [{ file, path: 'image.tag', value: `v${(version += 1)}` }],
  });

/** The command as npm installs it. */
async function installed(): Promise<(repository: string, file: string) => Promise<unknown>> {
  const home = join(folder, 'node_modules/@slipway/gitops');
  const own = join(import.meta.dirname, '..');
  await compilePackage(join(home, 'dist'));
  for (const part of ['bin', 'package.json']) cpSync(join(own, part), join(home, part), { recursive: true });
  return (repository, file) => {
    const args = [
      'bump',
      `--repository=${repository}`,
      `--file=${file}`,
      `--set=image.tag=v${(version += 1)}`,
    ];
    return run(process.execPath, [join(home, 'bin/slipway-gitops.js'), ...args], { cwd: folder });
  };
}

const hasYq = (): boolean =>
  /mikefarah/.test(spawnSync('yq', ['--version'], { encoding: 'utf8' }).stdout ?? '');

const HAND = 'clone --depth 1, yq -i, commit, push';

async function oneBump(): Promise<void> {
  const repository = gitopsRepository(folder, 50, 10_000);
  execFileSync('git', ['-C', repository, 'config', 'http.receivepack', 'true']);
  const file = valuesFile(7);
  const byCommand = await installed();
  const server = new Worker(join(import.meta.dirname, 'http-worker.ts'), { workerData: repository });
  const [http] = (await once(server, 'message')) as [string];
  for (const [way, url] of Object.entries({ file: `file://${repository}`, http })) {
    const ways = {
      'bumpFiles()': () => bump(url, file),
      'slipway-gitops bump': () => byCommand(url, file),
      ...(hasYq() && { [HAND]: () => byHand(url, file) }),
    };
    await compare(2, ways); // warm
    const times = await compare(15, ways);
    const base = times[HAND];
    for (const [name, time] of Object.entries(times))
      say(
        `| ${way} | ${name} | ${ms(time)} | ${base === undefined ? 'no yq here' : `${(base / time).toFixed(1)} ×`} |`,
      );
  }
  await server.terminate();
}

async function growth(): Promise<void> {
  const points: [number, number][] = [];
  for (const apps of [10, 100, 1_000, 2_000]) {
    const repository = gitopsRepository(folder, apps, apps + 10);
    const {
      one = 0,
      ten = 0,
      hand = 0,
    } = await compare(7, {
      one: () => bump(`file://${repository}`, valuesFile(3)),
      ten: () =>
        bumpFiles({
          repository: `file://${repository}`,
          cwd: folder,
          edits: Array.from({ length: 10 }, (_, at) => ({
            file: valuesFile(at),
            path: 'image.tag',
            value: `v${(version += 1)}`,
          })),
        }),
      ...(hasYq() && { hand: () => byHand(`file://${repository}`, valuesFile(3)) }),
    });
    points.push([apps, one]);
    say(`| ${apps} | ${ms(one)} | ${ms(ten)} | ${hand === 0 ? 'no yq here' : ms(hand)} |`);
  }
  say(`growth exponent of one bump over apps: ${exponent(points).toFixed(2)}`);
}

async function status(): Promise<void> {
  const environments = ['development', 'stage', 'production'];
  const times: number[] = [];
  for (const apps of [50, 500, 2_000]) {
    const clone = join(folder, `clone-${apps}`);
    execFileSync('git', [
      'clone',
      '--quiet',
      `file://${workspaceRepository(folder, apps, environments)}`,
      clone,
    ]);
    const { all = 0 } = await compare(5, {
      all: async () => {
        const all = await Promise.all(environments.map((name) => readEnvironment(clone, name)));
        return environmentStatuses(await Checkout.open(clone), all);
      },
    });
    times.push(all);
    say(`| ${apps} × 3 | ${ms(all)} | ${(all / (times[0] as number)).toFixed(1)} × |`);
  }
}

async function values(): Promise<void> {
  const app = (n: number): string =>
    `app${n}:\n  image:\n    repository: registry.example/app${n}\n    digest: "sha256:${'0123456789abcdef'.repeat(4)}" # pinned\n`;
  const text = Array.from({ length: 45_000 }, (_, n) => app(n)).join('');
  const bytes = Buffer.from(text);
  const { edit = 0 } = await compare(5, {
    edit: () => setValue(bytes, 'app44999.image.digest', 'sha256:new'),
  });
  say(`setValue on ${(bytes.length / 1e6).toFixed(1)} MB: ${ms(edit)}`);
}

const row = (name: string, way: string, writers: number, total: number, seconds: number, r: Result): string =>
  `| ${way} | ${writers} × ${total / writers} | ${name} | ${r.landed} | ${r.lost} | ${r.duplicated} | ${r.failed} | ${(r.p50 / 1000).toFixed(1)} | ${(r.p95 / 1000).toFixed(1)} | ${(r.slowest / 1000).toFixed(1)} | ${r.retries} | ${seconds.toFixed(0)} |`;

async function contest(
  way: string,
  policy: Policy,
  writers: number,
  bumps: number,
  serve: (repository: string) => Promise<{ url: string; close(): unknown }>,
): Promise<void> {
  const repository = makeRepository(mkdtempSync(join(folder, 'contest-')), writers);
  const { url, close } = await serve(repository);
  const started = performance.now();
  try {
    const result = await contend({ policy, writers, bumps, address: url, repository });
    say(row(policy, way, writers, writers * bumps, (performance.now() - started) / 1000, result));
    if (policy === 'slipway') for (const reason of result.reasons) say(`failed: ${reason}`);
  } finally {
    await close();
  }
}

async function contention(): Promise<void> {
  const byFile = async (repository: string) => ({ url: `file://${repository}`, close: () => undefined });
  const byHttp = async (repository: string) => {
    let pushes = 0;
    const server = await serveHttp(repository, { loseAnswer: () => (pushes += 1) % 5 === 0 });
    return { url: server.url, close: () => server[Symbol.asyncDispose]() };
  };
  const writers = Number(process.env['SLIPWAY_WRITERS'] ?? 16);
  const bumps = process.env['SLIPWAY_DEEP'] ? 25 : 5;
  const ways = { file: byFile, 'git daemon': byDaemon, 'http, every 5th answer lost': byHttp };
  const policies = (process.env['SLIPWAY_POLICY']?.split(',') ?? [
    'slipway',
    'patient',
    'five-tries',
  ]) as Policy[];
  for (const [way, serve] of Object.entries(ways)) {
    if (process.env['SLIPWAY_WAY'] && !way.startsWith(process.env['SLIPWAY_WAY'])) continue;
    for (const policy of policies) await contest(way, policy, writers, bumps, serve);
  }
}

async function byDaemon(repository: string) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const base = join(repository, '..');
  const args = [
    'daemon',
    '--listen=127.0.0.1',
    `--port=${port}`,
    '--export-all',
    '--enable=receive-pack',
    `--base-path=${base}`,
    base,
  ];
  const child = spawn('git', args, { stdio: 'ignore', detached: true });
  await once(child, 'spawn');
  await sleep(1_000);
  return { url: `git://127.0.0.1:${port}/contest.git`, close: () => child.pid && process.kill(-child.pid) };
}

const SECTIONS = { bump: oneBump, growth, status, values, contention };
const asked = process.argv.slice(2);
say(machine());
for (const [name, section] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  say(`\n${name}`);
  await section();
}
