import { GitopsError } from '../error.ts';
import type { Checkout } from '../checkout/checkout.ts';
import { ValuesError } from '../values/error.ts';
import type { Value } from '../values/value.ts';
import type { Commit } from '../git/commit.ts';

/** One value to write into one file. */
export interface FileEdit {
  /** From the root of the repository; it has to be there. */
  file: string;
  /** The key, for example `image.digest`; it has to be there. */
  path: string;
  value: string | number | boolean;
}

/** The commit that is released, and the key of each file that says which one was released last. */
export interface Order {
  /** Where the commit is written, for example `image.revision`. */
  path: string;
  commit: Commit;
  /** The checkout that is asked which of two commits is older. */
  checkout: Pick<Checkout, 'isAncestor'>;
}

/** What became of one value. */
export interface FileChange {
  file: string;
  path: string;
  before: Value | null;
  after: Value | null;
  outcome: 'landed' | 'unchanged' | 'superseded';
}

/** What reads and writes values. It parses YAML, and takes as long to load as a remote to answer: both at once. */
type Editor = Pick<typeof import('../values/index.ts'), 'getValue' | 'setValue' | 'parsePath' | 'formatPath'>;
export const editor = (): Promise<Editor> => import('../values/index.ts');

/**
 * Writes values into one file, unless what it holds is newer.
 *
 * @throws {GitopsError} `usage` for a key that is named twice
 * @throws {ValuesError} for a value that cannot be changed safely, with the file's name
 */
export async function editFile(
  values: Editor,
  file: string,
  before: Uint8Array,
  edits: readonly FileEdit[],
  order: Order | undefined,
): Promise<{ changes: FileChange[]; after: Uint8Array }> {
  const all = order === undefined ? edits : [...edits, { file, path: order.path, value: order.commit }];
  try {
    assertOnce(values, file, all);
    const superseded = order !== undefined && (await isNewer(values.getValue(before, order.path), order));
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

/** Of two values for one key only one could stay. */
function assertOnce({ parsePath, formatPath }: Editor, file: string, edits: readonly FileEdit[]): void {
  const seen = new Set<string>();
  for (const { path } of edits) {
    const name = formatPath(parsePath(path));
    if (seen.has(name)) {
      throw new GitopsError('usage', `${file}: ${path} is to be set twice. Name each key of a file once.`, {
        value: path,
      });
    }
    seen.add(name);
  }
}

/** Whether a file names a commit that has ours in its past. A value that is no commit of this checkout is older. */
async function isNewer(recorded: Value | null, { commit, checkout }: Order): Promise<boolean> {
  if (typeof recorded !== 'string' || !/^[0-9a-f]{40,64}$/.test(recorded) || recorded === commit)
    return false;
  return checkout.isAncestor(commit, recorded);
}
