import { GitopsError, type GitopsErrorCode } from '../error.ts';
import { redact } from '../text/redact.ts';

/**
 * Why a remote rejected a request. Only `stale`, `locked` and `network` are worth another try. `unknown` is a
 * failure whose text is shown, and never a conflict.
 */
export type Rejection =
  | 'stale'
  | 'locked'
  | 'name-taken'
  | 'protected'
  | 'hook'
  | 'quota'
  | 'read-only'
  | 'corrupt'
  | 'certificate'
  | 'not-found'
  | 'auth'
  | 'network'
  | 'unknown';

/** Another git is writing there, or was killed while it wrote: both leave this file. */
const LOCK = /unable to create '([^'\n]+\.lock)': File exists/i;

/**
 * Messages of hosts, in the order of the search: the message of a hook often also has that of its cause, and
 * general messages of a broken connection follow many specific ones. Whether a push landed is never decided
 * by a message alone, except by git's own report that it sent nothing.
 */
const WORDINGS: readonly (readonly [Exclude<Rejection, 'unknown'>, RegExp])[] = [
  [
    'quota',
    /no space left on device|disk quota exceeded|quota (was )?exceeded|exceed\w* (its |the |your )?\S* ?(size|storage|quota|file size)|exceeds maximum allowed size|(size|storage) (limit|quota)|large files detected|over quota|(error:|HTTP) (413|507)/i,
  ],
  // Not rules of a host although they have its prefix: so they come before the patterns for prefixes.
  ['not-found', /(project you were looking for could not be|cannot find repository)/i],
  ['auth', /not allowed to push code to this project|user permission denied for writing|GenericContribute/i],
  ['network', /internal api (is )?(unreachable|error|not accessible)|api is not accessible/i],
  [
    'read-only',
    /read-only|insufficient permission for adding an object|unable to create temporary|cannot lock ref[^]*permission denied|(maintenance|archived)\b.*(mode|read|repository)|(has been|was|is) archived/i,
  ],
  [
    'protected',
    /GH006|GH013|protected branch|rule violations|protected from|not allowed to (force )?push|permission denied to update branch|can only be modified through pull requests|branch permissions|push restrictions|branch is (locked|protected)|pushes to this branch are not permitted/i,
  ],
  ['locked', LOCK],
  ['name-taken', /'refs\/[^']+' exists; cannot create/i],
  ['corrupt', /reference broken/i],
  [
    'stale',
    /stale info|non-fast-forward|fetch first|cannot lock ref|failed to (update|lock) ref|incorrect old value|reference already exists|but expected [0-9a-f]{7,}|expected branch to point to|\((failed to lock|lock error)\)|already been updated by another client/i,
  ],
  [
    'hook',
    /hook declined|declined by (the )?hook|push declined|error: GH\d{3}:|GitLab: |Gitea: |Forgejo: |\[remote rejected\].*(prohibited|hidden ref|checked out|shallow update)/i,
  ],
  [
    'certificate',
    /SSL certificate|certificate (verification|verify) failed|host key verification failed|self[- ]signed certificate|certificate subject name/i,
  ],
  [
    'corrupt',
    /is corrupt|inflate: |bad (object|tree|pack)|object file .* is empty|unable to read (tree|sha1|\w+ \()|missing (blob|tree|commit) |did not send all necessary objects|unable to (read|parse) [0-9a-f]{40}/i,
  ],
  [
    'not-found',
    /repository .*not found|does not appear to be a git repository|no such remote|not a git repository|requested URL returned error: (404|410)|repository not exported|no such (repository|file or directory)|does not exist/i,
  ],
  [
    'auth',
    /authentication failed|could not read (username|password)|permission (to \S+ )?denied|access denied|HTTP Basic|invalid (credentials|username or password)|not granted|unauthorized|forbidden|returned error: 40[13]|HTTP 40[13]|dubious ownership|not permitted|too many authentication failures|SAML SSO|IP allow list|refusing to allow an? |proxy authentication|(code|response) 40[37]/i,
  ],
  [
    'network',
    /could not resolve host|name or service not known|temporary failure in name resolution|connection (refused|reset|timed out|closed)|failed to connect|unable to connect|timed out|time-?out|early eof|hung up|rpc failed|unexpected disconnect|network is unreachable|no route to host|(error|HTTP):? (408|429|5\d\d)|unable to access(?![^]*returned error: 4)|internal server error|fatal error in commit_refs|failed to report status|operation too slow|low speed|kex_exchange_identification|broken pipe/i,
  ],
  ['corrupt', /index-pack failed|invalid index-pack output/i], // also after a broken connection, so it is last
];

const OUTCOME: Readonly<Record<Rejection, readonly [GitopsErrorCode, remedy: string]>> = {
  stale: ['refused', 'Another push landed first. Run again.'],
  locked: ['locked', ''], // lockedError() adds a remedy that names the file
  'name-taken': [
    'refused',
    'Another branch has a name that begins with this name and a slash, or the reverse. Rename one of the two.',
  ],
  protected: ['refused', 'The branch is protected. Allow this identity to push to it.'],
  hook: ['refused', 'A rule of the remote rejects it. Follow the message, or allow this identity.'],
  quota: ['refused', 'The remote has no space left. Free some, or raise the quota.'],
  'read-only': ['refused', 'The remote is read-only at the moment. Make it writable.'],
  corrupt: ['corrupt', 'The repository is damaged. Run git fsck in it.'],
  certificate: ['auth', 'This machine does not trust the certificate or host key of the remote. Install it.'],
  'not-found': [
    'not-found',
    'Check the address: --repository, `git remote -v`, or for a ledger environment.yaml.',
  ],
  auth: ['auth', 'Log in to the remote, or give this identity access to it.'],
  network: ['network', 'Check the network, then run again: nothing was changed.'],
  unknown: ['git', ''],
};

/** Why a remote rejected a request. @param output what git printed */
export function classifyRejection(output: string): Rejection {
  return WORDINGS.find(([, pattern]) => pattern.test(output))?.[0] ?? 'unknown';
}

/** Whether a push was rejected because another push landed first. */
export const isStale = (output: string): boolean => classifyRejection(output) === 'stale';

/** What git prints after every failed connection. */
const NO_REASON =
  /^(fatal: Could not read from remote repository\.|Please make sure you have the correct access rights|and the repository exists\.)$/;

/** Whether git gives no reason why a connection ended. */
export const hasNoReason = (output: string): boolean =>
  output.split('\n').every((line) => !/\S/.test(line) || NO_REASON.test(line));

/** The error of a failed git command on a remote. @param action such as `Fetching main from` */
export function remoteError(action: string, remote: string, output: string): GitopsError {
  const [code, remedy] = OUTCOME[classifyRejection(output)];
  const [, lock] = LOCK.exec(output) ?? [];
  if (code === 'locked' && lock !== undefined) return lockedError(action, remote, lock);
  const lines = redact(output)
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^hint:|^To /.test(line));
  const reasons = lines.filter((line) => !NO_REASON.test(line));
  const reason =
    (reasons.length > 0 ? reasons : lines).join(' / ').replace(/\.$/, '') || 'git gave no reason';
  return new GitopsError(code, `${action} ${redact(remote)} failed: ${reason}${remedy && `. ${remedy}`}`, {
    value: redact(remote),
  });
}

/** Slipway never deletes a lock: another git may still be writing. */
function lockedError(action: string, remote: string, lock: string): GitopsError {
  return new GitopsError(
    'locked',
    `${action} ${redact(remote)} failed: the lock ${redact(lock)} exists. Another git is writing there, or was killed. ` +
      'If no git is running there, delete that file.',
    { value: redact(lock) },
  );
}
