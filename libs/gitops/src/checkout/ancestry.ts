import { deepen, isWhole, type Shallow } from './deepen.ts';
import { tryGit } from '../git/run-git.ts';
import { Memo } from './memo.ts';
import type { ObjectBatch } from '../git/object-batch.ts';
import type { Settings } from '../git/settings.ts';
import { SNAPSHOT_TRAILER } from './snapshot.ts';
import type { HistoryWalk } from './history-walk.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Which commit of a checkout comes after which. A shallow clone is fetched deeper where its history is too short for an
 * answer, and a snapshot of uncommitted changes stands where its parent stands.
 */
export class Ancestry implements Shallow {
  readonly root: string;
  readonly settings: () => Promise<Settings>;
  readonly #objects: ObjectBatch;
  readonly #known = new Memo();
  #stretch: HistoryWalk | undefined;
  #whole = false;
  #deepening: Promise<void> | undefined;

  constructor(root: string, settings: () => Promise<Settings>, objects: ObjectBatch) {
    this.root = root;
    this.settings = settings;
    this.#objects = objects;
  }

  /** Whether `ancestor` is `descendant` or lies in its history. @throws {GitopsError} `shallow` */
  async isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    const [older, newer] = await Promise.all([this.position(ancestor), this.position(descendant)]);
    if (older !== undefined && older === newer) return true;
    if (older !== undefined && newer !== undefined && (await this.#contains(newer, older))) return true;
    if (!(await this.deepen(older === undefined ? ancestor : descendant))) return false;
    return this.isAncestor(ancestor, descendant);
  }

  /** Whether a commit lies in the history of HEAD or of any local branch. @throws {GitopsError} `shallow` */
  async isOnAnyBranch(commit: Commit, head: () => Promise<Commit>): Promise<boolean> {
    const position = await this.position(commit);
    if (position === undefined) return (await this.deepen(commit)) && this.isOnAnyBranch(commit, head);
    if (await this.isAncestor(position, await head())) return true;
    const containing = await this.#try(['for-each-ref', '--count=1', '--contains', position, 'refs/heads']);
    return containing.code === 0 && containing.stdout.length > 0;
  }

  /** The commits that no other one of these contains; those that are not known here stay. */
  async independent(commits: readonly Commit[]): Promise<Commit[]> {
    const all = [...new Set(commits)];
    if (all.length < 2) return all;
    const found = await this.#try(['merge-base', '--independent', ...all]);
    return found.code === 0 ? found.stdout.toString('utf8').split('\n').filter(Boolean) : all;
  }

  /** Whether the whole history is here. */
  async isWhole(): Promise<boolean> {
    return (this.#whole ||= await isWhole(this.root)); // once whole, always whole
  }

  /** Fetches the rest of a shallow clone, once. @returns whether there was any */
  async deepen(commit: Commit): Promise<boolean> {
    if (await this.isWhole()) return false;
    await (this.#deepening ??= deepen(this, commit));
    return true;
  }

  /** Takes what one walk through history found for granted: what it knows is asked of no process. */
  learn(walk: HistoryWalk): void {
    this.#stretch = walk;
  }

  /** Where a commit stands in history: itself, or for a snapshot its parent; undefined where it is not known. */
  position(commit: Commit): Promise<Commit | undefined> {
    return this.#known.get(commit, async () => {
      const found = await this.#objects.find(`${commit}^{commit}`);
      if (found === undefined) return undefined;
      const text = found.content.toString('utf8');
      const snapshot = text.split('\n').includes(SNAPSHOT_TRAILER);
      return snapshot ? /^parent (\w+)$/m.exec(text)?.[1] : found.id;
    });
  }

  async #contains(newer: Commit, older: Commit): Promise<boolean> {
    const learned = this.#stretch?.contains(newer, older);
    if (learned !== undefined) return learned;
    const answer = await this.#known.get(`${older} in ${newer}`, async () => {
      const { code } = await this.#try(['merge-base', '--is-ancestor', older, newer]);
      return code === 0 ? 'yes' : undefined;
    });
    return answer === 'yes';
  }

  #try(args: readonly string[]) {
    return tryGit(args, { cwd: this.root });
  }
}
