import type { Commit } from '../git/commit.ts';

/** One commit of a ledger branch. */
export interface LoggedCommit {
  commit: Commit;
  /** When it was committed, ISO 8601. */
  at: string;
  /** The committer's name. */
  committer: string;
  /** `Slipway-` trailers by key, without the prefix. */
  trailers: ReadonlyMap<string, readonly string[]>;
}

/**
 * The arguments of `git log` for the commits that change a file, newest first. It follows first parents: if
 * the ledger is a folder of main, a merge is one entry.
 *
 * @param limit the maximum number of commits; `Infinity` for all
 */
export function logArguments(tip: Commit, path: string, limit: number): string[] {
  const most = Number.isFinite(limit) ? [`--max-count=${limit}`] : [];
  const format = '--format=%H%n%cI%n%cn%n%(trailers:only,unfold)';
  return ['log', '-z', '--first-parent', ...most, format, tip, '--', path];
}

/** Parses the output of `git log` with {@link logArguments}. */
export function parseLog(output: string): LoggedCommit[] {
  return output
    .split('\0')
    .filter(Boolean)
    .map((text) => {
      const [commit = '', at = '', committer = '', ...trailers] = text.split('\n');
      return { commit, at, committer, trailers: parseTrailers(trailers) };
    });
}

function parseTrailers(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const [, key, value] = /^Slipway-([A-Za-z]+): (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) found.set(key, [...(found.get(key) ?? []), value]);
  }
  return found;
}
