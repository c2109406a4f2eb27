import { deepen, isWhole, type Shallow } from './deepen.ts';
import { tryGit } from '../git/run-git.ts';
import { Memo } from './memo.ts';
import type { ObjectBatch } from '../git/object-batch.ts';
import type { Settings } from '../git/git-settings.ts';
import { SNAPSHOT_TRAILER } from './snapshot.ts';
import type { HistoryWalk } from './history-walk.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Answers which commit of a checkout is an ancestor of which. If the history of a shallow clone is too short
 * for an answer, the rest is fetched. A snapshot of uncommitted changes has the position of its parent.
 */
export class Ancestry implements Shallow {
  readonly root: string;
  readonly settings: () => Promise<Settings>;
  readonly #objects: ObjectBatch;
  readonly #known = new Memo();
  #walk: HistoryWalk | undefined;
  #whole: boolean;
  #deepening: Promise<void> | undefined;

  /** @param whole whether the clone had the whole history when it was opened */
  constructor(root: string, settings: () => Promise<Settings>, objects: ObjectBatch, whole: boolean) {
    this.root = root;
    this.settings = settings;
    this.#objects = objects;
    this.#whole = whole;
  }

  /** Whether `ancestor` is `descendant` or is in its history. @throws {GitopsError} `shallow` */
  async isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    const [older, newer] = await Promise.all([this.position(ancestor), this.position(descendant)]);
    if (older !== undefined && older === newer) return true;
    if (older !== undefined && newer !== undefined && (await this.#contains(newer, older))) return true;
    if (!(await this.deepen(older === undefined ? ancestor : descendant))) return false;
    return this.isAncestor(ancestor, descendant);
  }

  /** Whether a commit is in the history of HEAD or of any local branch. @throws {GitopsError} `shallow` */
  async isOnAnyBranch(commit: Commit, head: () => Promise<Commit>): Promise<boolean> {
    const position = await this.position(commit);
    if (position === undefined) return (await this.deepen(commit)) && this.isOnAnyBranch(commit, head);
    if (await this.isAncestor(position, await head())) return true;
    const containing = await this.#try(['for-each-ref', '--count=1', '--contains', position, 'refs/heads']);
    return containing.code === 0 && containing.stdout.length > 0;
  }

  /** The commits that are not ancestors of another one in the list. Unknown commits stay in the list. */
  async independent(commits: readonly Commit[]): Promise<Commit[]> {
    const all = [...new Set(commits)];
    if (all.length < 2) return all;
    const found = await this.#try(['merge-base', '--independent', ...all]);
    return found.code === 0 ? found.stdout.toString('utf8').split('\n').filter(Boolean) : all;
  }

  /** Whether the clone has the whole history. */
  async isWhole(): Promise<boolean> {
    return (this.#whole ||= await isWhole(this.root)); // a whole clone stays whole
  }

  /** Fetches the rest of a shallow clone, once. @returns false if the clone was whole already */
  async deepen(commit: Commit): Promise<boolean> {
    if (await this.isWhole()) return false;
    await (this.#deepening ??= deepen(this, commit));
    return true;
  }

  /** Answers questions about the commits of this walk from memory, without a git process. */
  learn(walk: HistoryWalk): void {
    this.#walk = walk;
  }

  /** The position of a commit in history: itself, or the parent of a snapshot. Undefined if unknown. */
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
    const learned = this.#walk?.contains(newer, older);
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
