import { GitopsError } from '../error.ts';
import { ledgerMessage } from '../ledger/ledger-message.ts';
import type { Branch } from '../branch/branch.ts';
import type { CommitOptions } from '../git/commit-identity.ts';
import { updateBranch, type Change, type WritableBranch } from '../branch/update-branch.ts';
import { editFile, editor, type FileChange, type FileEdit, type NewerWins } from './edit-file.ts';
import { parseFilePath } from './file-path.ts';
import { openBranch, type BranchAddress } from '../branch/open-branch.ts';
import type { Commit } from '../git/commit.ts';
import { plainUrl } from '../text/one-line.ts';

/** The request to write values into files of a branch. */
export interface BumpFilesRequest extends BranchAddress {
  edits: readonly FileEdit[];
  /** The first line of the commit message. @default the keys and files that change */
  subject?: string | undefined;
  /** How the commit is made. @default as configured in Git */
  commits?: CommitOptions;
  /** Lets the newer source commit win. @default the last push wins */
  newerWins?: NewerWins | undefined;
  /** Only decides; writes nothing. @default false */
  dryRun?: boolean;
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
  /** The deadline of all attempts together, in milliseconds. @default 120000 */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** The result of {@link bumpFiles}. */
export interface BumpFilesResult {
  changes: FileChange[];
  /** The one commit. Undefined if nothing changed. */
  commit: Commit | undefined;
  retries: number;
  dryRun: boolean;
}

/** A commit of a branch and its files. */
interface FilesTip {
  commit: Commit | undefined;
  read(file: string): Promise<Buffer | undefined>;
}

/**
 * Writes values into YAML files of a branch of any repository, in one commit on top of the branch's newest
 * commit. Only the bytes of these values change. If the branch has all values already, no commit is made.
 *
 * @throws {GitopsError} `usage` for an invalid or unknown file or branch; from the remote: `auth`, `refused`,
 *   `not-found`, `timeout`
 * @throws {ValuesError} if a value cannot be changed safely
 */
export async function bumpFiles(request: BumpFilesRequest): Promise<BumpFilesResult> {
  const edits = request.edits.map((edit) => ({ ...edit, file: parseFilePath(edit.file) }));
  const { dryRun = false, deadlineMs = 120_000 } = request;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
  void editor().catch(() => {}); // loads while the remote answers; an error is thrown where it is used
  const { branch, tip } = await openBranch(request, request.commits, signal);
  try {
    if (dryRun) {
      const { value } = await plan(filesAt(branch, tip), branch, edits, request);
      return { changes: value, commit: undefined, retries: 0, dryRun };
    }
    const intend = (files: FilesTip) => plan(files, branch, edits, request);
    const { value, commit, retries } = await updateBranch(writable(branch, tip), intend, {
      deadlineMs,
      signal,
    });
    return { changes: value, commit, retries, dryRun };
  } finally {
    await branch.close();
  }
}

/** The files of a branch as a writable branch. @param tip the commit fetched when it was opened; used once */
function writable(branch: Branch, tip: Commit): WritableBranch<FilesTip, Uint8Array> {
  let fresh: Commit | undefined = tip;
  return {
    branch: branch.branch,
    remote: branch.remote,
    key: branch.key,
    tip: async (signal) => {
      const commit = fresh ?? (await branch.fetch(signal));
      fresh = undefined;
      return filesAt(branch, commit);
    },
    at: async (commit) => filesAt(branch, commit),
    text: async (commit) => (await branch.readObjects([commit]))[0]?.toString('utf8'),
    commit: branch.commit.bind(branch),
    push: (commit, expected, refs, signal) =>
      branch.push(commit, expected, { refs, ...(signal && { signal }) }),
  };
}

function filesAt(branch: Branch, commit: Commit | undefined): FilesTip {
  return {
    commit,
    read: async (file) => (commit === undefined ? undefined : branch.read(commit, file)),
  };
}

async function plan(
  tip: FilesTip,
  branch: Branch,
  edits: readonly FileEdit[],
  request: BumpFilesRequest,
): Promise<Change<FileChange[], Uint8Array>> {
  const files = [...new Set(edits.map(({ file }) => file))];
  const changes: FileChange[] = [];
  const contents = new Map<string, Uint8Array>();
  const read = await Promise.all(files.map((file) => tip.read(file))); // in parallel, so they are read in one request
  for (const [at, file] of files.entries()) {
    const before = read[at];
    if (before === undefined) throw noFile(branch, file);
    const own = edits.filter((edit) => edit.file === file);
    const edited = await editFile(await editor(), file, before, own, request.newerWins);
    changes.push(...edited.changes);
    if (!before.equals(edited.after)) contents.set(file, edited.after);
  }
  return { value: changes, edit: contents, message: messageOf(changes, request) };
}

function messageOf(changes: readonly FileChange[], { subject, runUrl }: BumpFilesRequest): string {
  const landed = changes.filter(({ outcome }) => outcome === 'landed');
  const files = [...new Set(landed.map(({ file }) => file))];
  const keys = [...new Set(landed.map(({ path }) => path))];
  return ledgerMessage({
    subject: subject ?? `Set ${few(keys, 'values')} in ${few(files, 'files')}`,
    lines: landed.map(
      ({ file, path, before, after }) => `${file}: ${path}: ${String(before)} -> ${String(after)}`,
    ),
    trailers: [...files.map((file) => ['File', file] as const), ['Run', plainUrl(runUrl)]],
  });
}

const few = (names: readonly string[], what: string): string =>
  names.length > 3 ? `${names.length} ${what}` : names.join(', ');

function noFile({ remote, branch }: Branch, file: string): GitopsError {
  return new GitopsError(
    'usage',
    `${file} is not a file on ${branch} of ${remote}. Paths are relative to the repository root; symbolic links are not followed.`,
    { value: file },
  );
}
