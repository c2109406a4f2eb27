import type { Commit } from '../git/commit.ts';

/**
 * A commit and its first parents, one after the other. Of two commits on it the younger contains what the older
 * contains, so that for every commit of history one number tells which of them have it: that of the first that does.
 */
export class FirstParentLine {
  readonly #positions = new Map<Commit, number>();
  readonly #arrivals = new Map<Commit, number>();

  /** @param parents of every commit in question */
  constructor(parents: ReadonlyMap<Commit, readonly Commit[]>, tip: Commit) {
    const line: Commit[] = [];
    let at: Commit | undefined = tip;
    for (; at !== undefined && parents.has(at); [at] = parents.get(at) ?? []) line.push(at);
    if (at !== undefined) this.#positions.set(at, -1); // where the line comes from
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

  /** Where a commit stands, counted from the oldest; -1 for the one before it, undefined where it does not lie on this line. */
  positionOf(commit: Commit): number | undefined {
    return this.#positions.get(commit);
  }

  /** Whether a commit of this line is `older` or has it in its history. */
  contains(newer: Commit, older: Commit): boolean {
    const arrival = this.#arrivals.get(older);
    return arrival !== undefined && arrival <= (this.#positions.get(newer) ?? -1);
  }
}
