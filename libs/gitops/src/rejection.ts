import { GitopsError, type GitopsErrorCode } from './error.ts';
import { redact } from './git.ts';

/**
 * Why a remote did not do what was asked, read from git's words. Wording is only used to tell
 * "for good" from "for now": whether a push landed is decided by asking the remote.
 */
const WORDINGS: readonly (readonly [RegExp, GitopsErrorCode, remedy: string])[] = [
  [
    /authentication failed|could not read (username|password)|permission denied|access denied|invalid credentials|HTTP 40[13]|error: 40[13]/i,
    'auth',
    'Log in to the remote, or give this identity the right to it.',
  ],
  [
    /repository .*not found|does not appear to be a git repository|no such remote|not a git repository|error: 404/i,
    'not-found',
    'Check the address in environment.yaml or in `git remote -v`.',
  ],
  [
    /\[remote rejected\](?!.*(cannot lock ref|failed to update ref|unable to create|incorrect old value|reference already exists))/i,
    'refused',
    'The remote has a rule against it: a protected branch, a hook or a quota. Allow this identity to push there.',
  ],
  [
    /could not resolve host|connection (refused|reset|timed out)|timed out|early eof|hung up|rpc failed|unexpected disconnect|network is unreachable|error: (429|5\d\d)|unable to access/i,
    'network',
    'Check the network, then run again: nothing was changed.',
  ],
];

/** The error for a git command that talked to `remote` and failed. */
export function remoteError(what: string, remote: string, words: string): GitopsError {
  const [, code, remedy] = WORDINGS.find(([pattern]) => pattern.test(words)) ?? [
    undefined,
    'git' as const,
    '',
  ];
  const lines = redact(words)
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^hint:|^To /.test(line));
  return new GitopsError(
    code,
    `${what} ${redact(remote)} failed: ${lines.join(' / ') || 'git gave no reason'}${remedy && `. ${remedy}`}`,
    { value: redact(remote) },
  );
}

/** Whether a rejected push only means that somebody else was quicker. */
export function isStale(words: string): boolean {
  return /stale info|non-fast-forward|fetch first|cannot lock ref|failed to update ref|incorrect old value|reference already exists|unable to create .*\.lock/i.test(
    words,
  );
}
