import type { Commit } from '../git/commit.ts';

/**
 * A commit and the chain of its first parents. A newer commit of the chain contains everything that an older
 * one contains. So one number per commit of the history is enough: the position of the first commit that
 * contains it.
 */
export class FirstParentLine {
  readonly #positions = new Map<Commit, number>();
  readonly #arrivals = new Map<Commit, number>();

  /** @param parents the parents of each commit of the walk */
  constructor(parents: ReadonlyMap<Commit, readonly Commit[]>, tip: Commit) {
    const line: Commit[] = [];
    let at: Commit | undefined = tip;
    for (; at !== undefined && parents.has(at); [at] = parents.get(at) ?? []) line.push(at);
    if (at !== undefined) this.#positions.set(at, -1); // the commit before the first one of the walk
    line.reverse().forEach((commit, position) => {
      this.#positions.set(commit, position);
      const open = [commit];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (this.#arrivals.has(next) || !parents.has(next)) continue;
        this.#arrivals.set(next, position);
        open.push(...(parents.get(next) ?? []));
      }
    });
  }

  /** The position of a commit, counted from the oldest; -1 for the one before it. Undefined if not on the line. */
  positionOf(commit: Commit): number | undefined {
    return this.#positions.get(commit);
  }

  /** Whether `newer`, a commit of this line, is `older` or has it in its history. */
  contains(newer: Commit, older: Commit): boolean {
    const arrival = this.#arrivals.get(older);
    return arrival !== undefined && arrival <= (this.#positions.get(newer) ?? -1);
  }
}
