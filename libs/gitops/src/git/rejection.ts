import { GitopsError, type GitopsErrorCode } from '../error.ts';
import { redact } from '../text/redact.ts';

/**
 * Why a remote did not do what was asked. Only `stale`, `locked` and `network` are worth another try; `unknown` is a failure
 * whose text is shown, never a conflict.
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

/** Another git writes there at this moment, or was killed while it did: the file is the same. */
const LOCK = /unable to create '([^'\n]+\.lock)': File exists/i;

/**
 * What hosts say, in the order in which it is looked for: a hook's refusal often also carries the words of its cause,
 * and the general words of a broken connection follow many a particular one. Whether a push landed is never read from
 * words: the remote is asked.
 */
const WORDINGS: readonly (readonly [Exclude<Rejection, 'unknown'>, RegExp])[] = [
  [
    'quota',
    /no space left on device|disk quota exceeded|quota (was )?exceeded|exceed\w* (its |the |your )?\S* ?(size|storage|quota|file size)|exceeds maximum allowed size|(size|storage) (limit|quota)|large files detected|over quota|(error:|HTTP) (413|507)/i,
  ],
  // A host's prefix does not make these its rules: they come before what is a rule for its prefix alone.
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
  ['corrupt', /index-pack failed|invalid index-pack output/i], // also what is left of a connection that broke
];

const OUTCOME: Readonly<Record<Rejection, readonly [GitopsErrorCode, remedy: string]>> = {
  stale: ['refused', 'Somebody else was quicker. Run again.'],
  locked: ['locked', ''], // with a remedy of its own, which names the file
  'name-taken': [
    'refused',
    'A branch whose name is a part of this one, or goes on from it, is in the way. Rename one of the two.',
  ],
  protected: ['refused', 'The branch is protected. Allow this identity to push to it.'],
  hook: ['refused', 'The remote has a rule against it. Do what it says, or allow this identity.'],
  quota: ['refused', 'The remote has no room for it. Free some, or ask for more.'],
  'read-only': ['refused', 'The remote takes no changes at the moment. Make it writable.'],
  corrupt: ['corrupt', 'The repository is damaged. Run git fsck in it.'],
  certificate: [
    'auth',
    'The remote is not who it should be, as far as this machine can tell. Install its certificate or host key.',
  ],
  'not-found': [
    'not-found',
    'Check the address: --repository, `git remote -v`, or of a ledger its environment.yaml.',
  ],
  auth: ['auth', 'Log in to the remote, or give this identity the right to it.'],
  network: ['network', 'Check the network, then run again: nothing was changed.'],
  unknown: ['git', ''],
};

/** Why a remote did not do what was asked, by its words. */
export function classifyRejection(words: string): Rejection {
  return WORDINGS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'unknown';
}

/** Whether a rejected push only means that somebody else was quicker. */
export const isStale = (words: string): boolean => classifyRejection(words) === 'stale';

/** What git adds to whatever went wrong with a connection. */
const TELLS_NOTHING =
  /^(fatal: Could not read from remote repository\.|Please make sure you have the correct access rights|and the repository exists\.)$/;

/** Whether git says no more than that a connection ended. */
export const tellsNothing = (words: string): boolean =>
  words.split('\n').every((line) => !/\S/.test(line) || TELLS_NOTHING.test(line));

/** The error for a git command that talked to `remote` and failed. */
export function remoteError(what: string, remote: string, words: string): GitopsError {
  const [code, remedy] = OUTCOME[classifyRejection(words)];
  const [, lock] = LOCK.exec(words) ?? [];
  if (code === 'locked' && lock !== undefined) return lockedError(what, remote, lock);
  const lines = redact(words)
    .split('\n')
    .filter((line) => /\S/.test(line) && !/^hint:|^To /.test(line));
  const telling = lines.filter((line) => !TELLS_NOTHING.test(line));
  const said = (telling.length > 0 ? telling : lines).join(' / ').replace(/\.$/, '') || 'git gave no reason';
  return new GitopsError(code, `${what} ${redact(remote)} failed: ${said}${remedy && `. ${remedy}`}`, {
    value: redact(remote),
  });
}

/** A lock is never taken away from here: nothing tells whether somebody still writes. */
function lockedError(what: string, remote: string, lock: string): GitopsError {
  return new GitopsError(
    'locked',
    `${what} ${redact(remote)} failed: there is a lock, ${redact(lock)}. Another git writes there, or was killed while it did. ` +
      'If none runs there any more, delete that file.',
    { value: redact(lock) },
  );
}
