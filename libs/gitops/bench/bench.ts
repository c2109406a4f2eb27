/**
 * `npm run bench -w libs/gitops [-- SECTION…]`: what a bump and `status` cost, compared with plain git in the same run.
 * Sections: bump, growth, status, values, contention. `SLIPWAY_ROUNDS` sets the number of rounds (default 11),
 * `SLIPWAY_AGAINST` an older commit that `bump` measures too.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bumpFiles, environmentStatuses, readEnvironment, setValue, Checkout } from '../src/index.ts';
import { serveHttp } from '../test/support/serve-http.ts';
import { contend, makeRepository, type Result } from './contention.ts';
import { compare, exponent, machine, ms } from './measure.ts';
import { oneBump } from './one-bump.ts';
import { byPlainGit } from './plain-git.ts';
import { gitopsRepository, valuesFile, workspaceRepository } from './repositories.ts';
import type { Policy } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const ROUNDS = Number(process.env['SLIPWAY_ROUNDS'] ?? 11);
let version = 1;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const bump = (repository: string, file: string): Promise<unknown> =>
  bumpFiles({
    repository,
    cwd: folder,
    edits: [{ file, path: 'image.tag', value: `v${(version += 1)}` }],
  });

async function growth(): Promise<void> {
  const points: [number, number][] = [];
  for (const apps of [10, 100, 1_000, 2_000]) {
    const repository = gitopsRepository(folder, apps, apps + 10);
    const {
      one = 0,
      ten = 0,
      hand = 0,
    } = await compare(ROUNDS, {
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
      hand: () =>
        byPlainGit({ url: `file://${repository}`, branch: 'main', file: valuesFile(3) }, (text) =>
          text.replace(/tag: \w+/, `tag: v${(version += 1)}`),
        ),
    });
    points.push([apps, one]);
    say(`| ${apps} | ${ms(one)} | ${ms(ten)} | ${ms(hand)} |`);
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
    const { all = 0 } = await compare(ROUNDS, {
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
  const { edit = 0 } = await compare(ROUNDS, {
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

const SECTIONS = { bump: () => oneBump(folder, ROUNDS, say), growth, status, values, contention };
const asked = process.argv.slice(2);
say(machine());
for (const [name, section] of Object.entries(SECTIONS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  say(`\n${name}`);
  await section();
}
