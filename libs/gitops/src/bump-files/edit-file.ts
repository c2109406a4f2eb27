import { GitopsError } from '../error.ts';
import type { Checkout } from '../checkout/checkout.ts';
import { ValuesError } from '../values/error.ts';
import type { Value } from '../values/value.ts';
import type { Commit } from '../git/commit.ts';

/** One value to write into one file. */
export interface FileEdit {
  /** The path from the root of the repository; the file must exist. */
  file: string;
  /** The key, for example `image.digest`; it must exist. */
  path: string;
  value: string | number | boolean;
}

/** The released commit, and the key of each file that records it. */
export interface NewerWins {
  /** The key of the commit, for example `image.revision`. */
  path: string;
  commit: Commit;
  /** The checkout that knows which of two commits is older. */
  checkout: Pick<Checkout, 'isAncestor'>;
}

/** The outcome of one value. */
export interface FileChange {
  file: string;
  path: string;
  before: Value | null;
  after: Value | null;
  outcome: 'landed' | 'unchanged' | 'superseded';
}

/**
 * The functions that read and write values. Loading their YAML parser takes as long as a request, so it is
 * done meanwhile.
 */
type Editor = Pick<typeof import('../values/index.ts'), 'getValue' | 'setValue' | 'parsePath' | 'formatPath'>;
export const editor = (): Promise<Editor> => import('../values/index.ts');

/**
 * Writes values into one file, unless it records a newer commit.
 *
 * @throws {GitopsError} `usage` if a key is named twice
 * @throws {ValuesError} if a value cannot be changed safely; the message names the file
 */
export async function editFile(
  values: Editor,
  file: string,
  before: Uint8Array,
  edits: readonly FileEdit[],
  newerWins: NewerWins | undefined,
): Promise<{ changes: FileChange[]; after: Uint8Array }> {
  const all =
    newerWins === undefined ? edits : [...edits, { file, path: newerWins.path, value: newerWins.commit }];
  try {
    assertOnce(values, file, all);
    const superseded =
      newerWins !== undefined && (await isNewer(values.getValue(before, newerWins.path), newerWins));
    let after = before;
    const changes = all.map(({ path, value }): FileChange => {
      const was = values.getValue(after, path);
      if (superseded) return { file, path, before: was, after: was, outcome: 'superseded' };
      const next = values.setValue(after, path, value);
      const outcome = Buffer.from(after).equals(next) ? 'unchanged' : 'landed';
      after = next;
      return { file, path, before: was, after: value, outcome };
    });
    return { changes, after };
  } catch (error) {
    throw error instanceof ValuesError
      ? Object.assign(error, { message: `${file}: ${error.message}` })
      : error;
  }
}

/** Asserts that each key is set once. */
function assertOnce({ parsePath, formatPath }: Editor, file: string, edits: readonly FileEdit[]): void {
  const seen = new Set<string>();
  for (const { path } of edits) {
    const name = formatPath(parsePath(path));
    if (seen.has(name)) {
      throw new GitopsError('usage', `${file}: ${path} is set twice. Set each key of a file once.`, {
        value: path,
      });
    }
    seen.add(name);
  }
}

/**
 * Whether a file records a descendant of the released commit. A value that is not a known commit is older.
 */
async function isNewer(recorded: Value | null, { commit, checkout }: NewerWins): Promise<boolean> {
  if (typeof recorded !== 'string' || !/^[0-9a-f]{40,64}$/.test(recorded) || recorded === commit)
    return false;
  return checkout.isAncestor(commit, recorded);
}
