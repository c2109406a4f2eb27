import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Checkout, type Commit } from '../../src/index.ts';
import { HistoryWalk } from '../../src/checkout/history-walk.ts';
import { generator } from '../support/random.ts';
import { scratch } from '../support/workspace.ts';

const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);
const FOLDERS = ['a', 'b', 'c'];

/** A repository with a random history of commits and merges. */
class RandomHistory {
  readonly root = scratch();
  readonly commits: Commit[];

  constructor(seed: number, size: number) {
    const below = generator(seed);
    const stream: string[] = [];
    for (let at = 1; at <= size; at += 1) {
      const lines = [
        `commit refs/heads/c${at}`,
        `mark :${at}`,
        `committer t <t@t> ${1_700_000_000 + below(1_000)} +0000`,
      ];
      lines.push('data 0');
      const [from, merged] = [at - 1 - below(Math.min(3, at - 1)), 1 + below(at)];
      if (at > 1) lines.push(`from :${from}`);
      if (at > 2 && merged < at && merged !== from && below(3) === 0) lines.push(`merge :${merged}`);
      const text = String(below(3)); // few values, so many changes are reverted
      if (below(4) > 0) lines.push(`M 100644 inline ${FOLDERS[below(3)]}/file`, `data ${text.length}`, text);
      stream.push(`${lines.join('\n')}\n`);
    }
    execFileSync('git', ['init', '--quiet', '--template=', this.root]);
    this.#git(['fast-import', '--quiet', '--force'], stream.join('\n'));
    this.commits = Array.from({ length: size }, (_, at) => this.#git(['rev-parse', `c${at + 1}`]));
    this.#git(['update-ref', 'HEAD', this.commits.at(-1) as string]);
  }

  /** Counts with `git log`. */
  behind(release: Commit, head: Commit, folders: readonly string[]): number {
    const all = this.#git([
      'log',
      '--no-merges',
      '--no-renames',
      '--format=%x01',
      '--name-only',
      `${release}..${head}`,
    ]);
    const inside = (file: string) => folders.some((folder) => file.startsWith(`${folder}/`));
    return all.split('\u0001').filter((entry) => entry.split('\n').some(inside)).length;
  }

  same(one: Commit, other: Commit, folder: string): boolean {
    return this.#id(one, folder) === this.#id(other, folder);
  }

  contains(newer: Commit, older: Commit): boolean {
    return this.#git(['rev-list', newer]).split('\n').includes(older);
  }

  #id(commit: Commit, folder: string): string {
    return this.#git(['ls-tree', commit, folder]);
  }

  #git(args: string[], input = ''): string {
    return execFileSync('git', ['-C', this.root, ...args], { encoding: 'utf8', input }).trim();
  }
}

describe('one walk through history', () => {
  it(
    `counts, compares and orders as Git does, in 12 random histories with merges (seed ${SEED})`,
    { timeout: 300_000 },
    async () => {
      let [same, known] = [0, 0];
      for (let at = 0; at < 12; at += 1) {
        const history = new RandomHistory(SEED + at, 24);
        const checkout = await Checkout.open(history.root);
        const head = await checkout.head();
        const releases = history.commits.filter((_, index) => index % 5 === at % 5);
        const walk = await HistoryWalk.walk(checkout, head, releases, new Set(FOLDERS));
        for (const release of releases) {
          const place = `history ${SEED + at}, ${release}`;
          expect(walk.countSince(release, ['a', 'b']), place).toBe(history.behind(release, head, ['a', 'b']));
          for (const folder of FOLDERS.filter((folder) => walk.isSame(release, folder))) {
            expect(history.same(release, head, folder), `${place} ${folder}`).toBe(true);
            same += 1;
          }
          const other = releases[0] as Commit;
          const contains = walk.contains(release, other);
          if (contains === undefined) continue;
          expect(contains, place).toBe(history.contains(release, other));
          known += 1;
        }
      }
      expect(same).toBeGreaterThan(10); // otherwise the test compares too little
      expect(known).toBeGreaterThan(10);
    },
  );

  it('counts for every commit of a history at once', async () => {
    const history = new RandomHistory(SEED, 40);
    const checkout = await Checkout.open(history.root);
    const head = await checkout.head();
    const walk = await HistoryWalk.walk(checkout, head, history.commits, new Set(FOLDERS));
    expect(history.commits.map((commit) => walk.countSince(commit, ['a']))).toEqual(
      history.commits.map((commit) => history.behind(commit, head, ['a'])),
    );
  });
});
