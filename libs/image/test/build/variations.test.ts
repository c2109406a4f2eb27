import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { randomOf, seed } from '../support/shaky.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

type Files = Parameters<typeof writeFiles>[1];

const variations = process.env['SLIPWAY_DEEP'] ? 30 : 3;
const program = new URL('../support/print-builds.ts', import.meta.url).pathname;
const script = (seed: number, bytes: number) => {
  const random = randomOf(seed);
  return Array.from({ length: bytes / 10 }, () => random().toString(36).slice(2, 11)).join(' ');
};

/** Eight kinds of application. */
const trees: Record<string, Files> = {
  'one-file': { 'main.mjs': 'console.log(1)' },
  'large-file': { 'main.mjs': script(1, 1_500_000) },
  chunks: Object.fromEntries(
    ['main', 'chunk-a', 'chunk-b', 'chunk-é', 'Z', 'a'].map((name) => [`${name}.mjs`, script(2, 20_000)]),
  ),
  maps: { 'main.mjs': 'x', 'main.mjs.map': script(3, 50_000), 'style.css.map': '{}' },
  assets: {
    'main.mjs': 'x',
    'assets/a/b/c.txt': 'deep',
    'assets/ä.bin': Buffer.alloc(70_000, 7),
    'assets/empty': '',
  },
  external: Object.fromEntries([
    ['main.mjs', 'x'],
    ...Array.from({ length: 120 }, (_, at) => [`node_modules/p${at % 9}/f${at}.js`, script(at, 900)]),
    ['node_modules/p1/bin.js', '#!/usr/bin/env node\n'],
  ]) as Files,
  links: {
    'main.mjs': 'x',
    'lib/real.mjs': 'y',
    'lib/link.mjs': { link: 'real.mjs' },
    current: { link: 'lib' },
  },
  'long-names': { 'main.mjs': 'x', [`assets/${'d'.repeat(120)}/${'e'.repeat(120)}/file`]: 'z' },
};

const nobody = 65534;
const oneProcessor = ['taskset', '-c', '0'];
const otherHost = ['unshare', '--uts', 'sh', '-c', 'hostname elsewhere && exec "$0" "$@"'];
const otherUser = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
// Changes only the date; timers are not affected.
const clockAt = (date: string) => ['env', 'FAKETIME_DONT_FAKE_MONOTONIC=1', 'faketime', date];

/** Whether this machine has and permits a program. Others are left out of the variations. */
function works([program = '', ...args]: readonly string[], isPrefix = true): boolean {
  return spawnSync(program, [...args, ...(isPrefix ? ['true'] : [])], { stdio: 'ignore' }).status === 0;
}

interface Variation {
  umask: string;
  /** Order in which files are created. */
  order: number;
  /** Modes and times of the files on disk. */
  modes: number;
  mtime: number;
  atOnce: boolean;
  oneProcessor: boolean;
  /** The host name of the kernel, not only the variable `HOSTNAME`. */
  otherHost: boolean;
  otherUser: boolean;
  /** The date of the clock. */
  clock: string | undefined;
  env: NodeJS.ProcessEnv;
}

function variationOf(random: () => number): Variation {
  const pick = <T>(...choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
  return {
    umask: pick('022', '077', '002', '027'),
    order: random(),
    modes: pick(0o644, 0o777, 0o600, 0o444),
    mtime: pick(0, 86_400, 1_700_000_000, 4_000_000_000),
    atOnce: pick(true, false),
    oneProcessor: pick(true, false) && works(oneProcessor),
    otherHost: pick(true, false) && works(otherHost),
    otherUser: pick(true, false) && works([...otherUser, process.execPath, '--check', program], false),
    clock: [pick('', '1975-01-01 00:00:00', '2037-12-31 23:59:59', '2100-02-28 12:00:00')].find(
      (date) => date !== '' && works(clockAt(date)),
    ),
    env: {
      TZ: pick('UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Chatham'),
      LC_ALL: pick('C', 'C.UTF-8', 'tr_TR.UTF-8', 'ja_JP.eucJP'),
      HOME: pick('/', '/nonexistent', '/tmp'),
      USER: pick('root', 'nobody', 'somebody else'),
      HOSTNAME: pick('laptop', 'runner-7'),
      UV_THREADPOOL_SIZE: pick('1', '2', '4', '13'),
      NODE_OPTIONS: pick('', '--max-semi-space-size=1', '--max-old-space-size=300'),
    },
  };
}

async function digestsUnder(variation: Variation, files: Record<string, Files>): Promise<string[]> {
  const folder = join(await tempFolder(), 'x'.repeat(1 + Math.floor(variation.order * 40)));
  await mkdir(folder);
  const random = randomOf(Math.floor(variation.order * 2 ** 31));
  for (const [tree, content] of Object.entries(files)) {
    const shuffled = Object.entries(content)
      .map((entry) => ({ entry, key: random() }))
      .sort((left, right) => left.key - right.key);
    // A link is created after its target; all other files in any order.
    const inOrder = shuffled.map(({ entry }) => entry);
    await writeFiles(join(folder, tree), Object.fromEntries(inOrder));
    for (const [path, item] of inOrder) {
      if (typeof item !== 'string') continue;
      await chmod(join(folder, tree, path), variation.modes);
      await utimes(join(folder, tree, path), variation.mtime, variation.mtime);
    }
  }
  const run = `umask ${variation.umask} && exec "$0" "$@"`;
  if (variation.otherUser) {
    await chmod(dirname(folder), 0o711);
    await promisify(execFile)('chown', ['-R', `${nobody}:${nobody}`, folder]);
  }
  const [first = '', ...args] = [
    ...(variation.otherHost ? otherHost : []),
    ...(variation.otherUser ? otherUser : []),
    ...(variation.clock ? clockAt(variation.clock) : []),
    ...(variation.oneProcessor ? oneProcessor : []),
    ...[process.execPath, program, folder, String(variation.atOnce)],
  ];
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...variation.env } };
  const { stdout } = await promisify(execFile)(
    'sh',
    ['-c', run, first, ...args, ...Object.keys(files)],
    options,
  );
  return JSON.parse(stdout) as string[];
}

test(`${variations} hostile variations of 8 kinds of application, ${variations * 8} builds, give 8 digests (SLIPWAY_SEED=${seed})`, async () => {
  const random = randomOf(seed);
  const tried = new Set<string>();
  const digests: string[] = [];
  for (let run = 0; run < variations; run++) {
    const variation = variationOf(random);
    digests.push(...(await digestsUnder(variation, trees)));
    for (const name of ['oneProcessor', 'otherHost', 'otherUser', 'clock'] as const)
      if (variation[name]) tried.add(name);
  }
  process.stdout.write(`variations beyond the environment: ${[...tried].join(', ') || 'none'}\n`);
  expect(digests).toHaveLength(variations * 8);
  expect(new Set(digests).size).toBe(8);
  // The control: one more byte in one file of each application changes all eight digests.
  const changed = Object.entries(trees).map(([tree, files]): [string, Files] => [
    tree,
    { ...files, 'main.mjs': tree },
  ]);
  const others = await digestsUnder(variationOf(random), Object.fromEntries(changed));
  expect(new Set([...digests, ...others]).size).toBe(16);
}, 600_000);
