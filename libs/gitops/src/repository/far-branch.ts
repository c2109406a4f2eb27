import type { Commit } from './branch.ts';
import type { GitObject, ObjectFormat } from './git-object.ts';
import { pushObjects, readOffer } from './wire/conversation.ts';
import type { Standing } from './wire/sender.ts';
import type { Reach, Service } from './wire/service.ts';

/** Commits that are looked through for one's own, a question each; git asks for more of them at once. */
const MOST_BETWEEN = 16;

/** A branch of a repository elsewhere: where it stands, how it is moved, and what became of that. */
export class FarBranch {
  readonly #ref: string;
  readonly #reach: Reach;
  readonly #asked: ((ref: string, signal?: AbortSignal) => Promise<Standing>) | undefined;
  #receive: Service | undefined;

  /**
   * @param asked where to ask how it stands; by default whoever takes objects tells, and is kept for the push
   */
  constructor(
    branch: string,
    reach: Reach,
    asked?: (ref: string, signal?: AbortSignal) => Promise<Standing>,
  ) {
    this.#ref = `refs/heads/${branch}`;
    this.#reach = reach;
    this.#asked = asked;
  }

  /** Where it stands now. */
  async standing(signal?: AbortSignal): Promise<Standing> {
    this.close();
    return this.#asked ? this.#asked(this.#ref, signal) : this.#open(signal);
  }

  /** Moves it from one commit to another, or leaves it alone. @returns what the other end says of it */
  async move(
    from: Commit,
    to: Commit,
    objects: readonly GitObject[],
    format: ObjectFormat,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale' | 'refused' | 'lost'> {
    try {
      const tip = this.#receive === undefined ? (await this.#open(signal)).tip : from;
      if (tip !== from || this.#receive === undefined) return tip === undefined ? 'refused' : 'stale';
      const landed = await pushObjects(this.#receive, format, { ref: this.#ref, from, to }, objects);
      return landed ? 'landed' : 'refused';
    } catch {
      return 'lost';
    } finally {
      this.close(); // it is good for one push
    }
  }

  /**
   * What became of a push that was refused, most often because somebody else was quicker, or whose answer was lost, so
   * that it may have landed, with others on top of it.
   *
   * @param parentOf the commit before another one
   * @returns undefined where the branch has not moved, or does not say
   */
  async fate(
    from: Commit,
    to: Commit,
    lost: boolean,
    parentOf: (commit: Commit) => Promise<Commit | undefined>,
    signal?: AbortSignal,
  ): Promise<'landed' | 'stale' | undefined> {
    try {
      const { tip } = await this.standing(signal);
      if (tip === to) return 'landed';
      if (tip === undefined || tip === from) return undefined;
      return lost ? await below(tip) : 'stale';
    } catch {
      return undefined;
    } finally {
      this.close();
    }

    async function below(tip: Commit): Promise<'landed' | 'stale' | undefined> {
      let commit: Commit | undefined = tip;
      for (let step = 0; step < MOST_BETWEEN; step += 1) {
        commit = await parentOf(commit);
        if (commit === to) return 'landed';
        if (commit === undefined || commit === from) return 'stale';
      }
      return undefined;
    }
  }

  /** Leaves what was begun. */
  close(): void {
    this.#receive?.close();
    this.#receive = undefined;
  }

  async #open(signal?: AbortSignal): Promise<Standing> {
    this.#receive = this.#reach('git-receive-pack', signal);
    return readOffer(this.#receive, this.#ref);
  }
}
