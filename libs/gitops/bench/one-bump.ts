import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as current from '../src/index.ts';
import type { Served } from './http-worker.ts';
import { compare, machine, markdownTable, ms } from './measure.ts';
import { byPlainGit } from './plain-git.ts';
import { gitopsRepository, valuesFile, workspaceRepository } from './repositories.ts';

type Library = typeof current;

/** Milliseconds each way. */
const DELAYS = [0, 20, 50];
const APPS = 50;
const ROOT = join(import.meta.dirname, '../../..');

let version = 1;
const digest = (): string =>
  `sha256:${createHash('sha256')
    .update(`bump ${(version += 1)}`)
    .digest('hex')}`;

/** A task in each of its ways, by the name of its column. */
type Ways = Record<string, () => Promise<void>>;

/**
 * One bump of a ledger and one bump of a file over HTTP, by this version, by an older commit (`SLIPWAY_AGAINST`) and by
 * plain git, in turns. Prints a Markdown table.
 */
export async function oneBump(folder: string, rounds: number, say: (text: string) => void): Promise<void> {
  const against = process.env['SLIPWAY_AGAINST'];
  const older = against === undefined ? undefined : idOf(against);
  const libraries: Record<string, Library> = {
    [idOf('HEAD') + (isClean() ? '' : ' + changes')]: current,
    ...(older !== undefined && { [older]: await libraryAt(older, join(folder, 'older')) }),
  };
  const columns = [...Object.keys(libraries), PLAIN_GIT];
  const ratios = columns.slice(1).map((name) => `against ${name}`);
  const rows = [['task', 'delay each way', ...columns, ...ratios]];
  for (const [task, prepare] of Object.entries({ 'ledger bump': ledgerBump, 'bumpFiles()': fileBump })) {
    const { repository, waysAt } = prepare(folder, libraries);
    execFileSync('git', ['-C', repository, 'config', 'http.receivepack', 'true']);
    const served: Served = { repository, delays: DELAYS };
    const server = new Worker(join(import.meta.dirname, 'http-worker.ts'), { workerData: served });
    const [urls] = (await once(server, 'message')) as [string[]];
    for (const [at, delay] of DELAYS.entries()) {
      const ways = waysAt(urls[at] as string);
      await compare(1, ways); // warm
      const times = Object.values(await compare(rounds, ways));
      const [own = 0, ...others] = times;
      const factors = others.map((time) => `${(time / own).toFixed(1)} ×`);
      rows.push([task, `${delay} ms`, ...times.map(ms), ...factors]);
    }
    await server.terminate();
  }
  say(`Medians of ${rounds} rounds, in turns; ${APPS} apps; ${machine()}, ${git('--version')}.\n`);
  say(markdownTable(rows));
}

const PLAIN_GIT = 'plain git';

/** A deploy's bump: a new image of one app. */
function ledgerBump(folder: string, libraries: Readonly<Record<string, Library>>) {
  const repository = workspaceRepository(folder, APPS, ['development']);
  const clone = join(folder, 'workspace');
  execFileSync('git', ['clone', '--quiet', `file://${repository}`, clone]);
  const file = 'apps/app-7/release.yaml';
  const waysAt = (url: string): Ways => {
    execFileSync('git', ['-C', clone, 'remote', 'set-url', 'origin', url]);
    return {
      ...map(libraries, (library) => () => deploy(library, clone)),
      [PLAIN_GIT]: () =>
        byPlainGit({ url, branch: 'env/development', file }, (text) =>
          text.replace(/sha256:[0-9a-f]{64}/, digest()),
        ),
    };
  };
  return { repository, waysAt };
}

async function deploy(library: Library, clone: string): Promise<void> {
  // Before 89d9509 a checkout was called a source.
  const { Checkout = (library as unknown as { Source: Library['Checkout'] }).Source } = library;
  const checkout = await Checkout.open(clone);
  const image = { repository: 'registry.example/team/app-7', digest: digest() };
  const { commit } = await library.bump({
    checkout,
    ...{ source: checkout },
    environment: await library.readEnvironment(clone, 'development'),
    intents: [{ app: 'app-7', image: { ...image, tag: `sha-${image.digest.slice(7, 19)}` } }],
    changed: () => Promise.resolve(new Set()),
  });
  if (commit === undefined) throw new Error('the bump recorded nothing');
}

function fileBump(folder: string, libraries: Readonly<Record<string, Library>>) {
  const repository = gitopsRepository(folder, APPS, 10_000);
  const file = valuesFile(7);
  const waysAt = (url: string): Ways => ({
    ...map(libraries, ({ bumpFiles }) => async () => {
      const edits = [{ file, path: 'image.tag', value: `v${(version += 1)}` }];
      await bumpFiles({ repository: url, cwd: folder, edits });
    }),
    [PLAIN_GIT]: () =>
      byPlainGit({ url, branch: 'main', file }, (text) =>
        text.replace(/tag: v\d+/, `tag: v${(version += 1)}`),
      ),
  });
  return { repository, waysAt };
}

const map = <T, U>(all: Readonly<Record<string, T>>, change: (one: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one)]));

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8' }).trim();

const idOf = (revision: string): string => git('rev-parse', '--short', '--verify', `${revision}^{commit}`);

const isClean = (): boolean => git('status', '--porcelain', '--', 'libs/gitops/src') === '';

/** This library at another commit, with today's dependencies. */
async function libraryAt(commit: string, folder: string): Promise<Library> {
  mkdirSync(folder);
  const files = execFileSync('git', ['-C', ROOT, 'archive', commit, 'libs/gitops'], { maxBuffer: 1 << 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: files });
  for (const modules of ['node_modules', 'libs/gitops/node_modules']) {
    if (existsSync(join(ROOT, modules))) symlinkSync(join(ROOT, modules), join(folder, modules));
  }
  return (await import(join(folder, 'libs/gitops/src/index.ts'))) as Library;
}
