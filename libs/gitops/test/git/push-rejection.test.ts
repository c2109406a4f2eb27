import { describe, expect, it } from 'vitest';
import { classifyRejection, remoteError, type Rejection } from '../../src/git/push-rejection.ts';

/** What hosts print, by host. The lines of one push are joined by a slash here. */
const TABLE: readonly (readonly [host: string, output: string, Rejection])[] = [
  ['Git', '!\tA:refs/heads/m\t[rejected] (fetch first)', 'stale'],
  ['Git', '!\tA:refs/heads/m\t[rejected] (non-fast-forward)', 'stale'],
  ['Git', '!\tA:refs/heads/m\t[rejected] (stale info)', 'stale'],
  [
    'Git',
    "!\tA:refs/heads/m\t[remote rejected] (cannot lock ref 'refs/heads/m': is at 1111111 but expected 2222222)",
    'stale',
  ],
  [
    'Git',
    "remote: error: cannot lock ref 'refs/heads/m': Unable to create '/srv/r.git/refs/heads/m.lock': File exists.",
    'locked',
  ],
  [
    'Git',
    "remote: error: cannot lock ref 'refs/heads/env/a': 'refs/heads/env' exists; cannot create 'refs/heads/env/a'/!\tA:refs/heads/env/a\t[remote rejected] (failed to update ref)",
    'name-taken',
  ],
  [
    'Git',
    "remote: error: cannot lock ref 'refs/heads/m': unable to resolve reference 'refs/heads/m': reference broken",
    'corrupt',
  ],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (failed to update ref)', 'stale'],
  ['JGit', '!\tA:refs/heads/m\t[remote rejected] (failed to lock)', 'stale'],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (incorrect old value provided)', 'stale'],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (reference already exists)', 'stale'],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (pre-receive hook declined)', 'hook'],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (hook declined)', 'hook'],
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (branch is currently checked out)', 'hook'],
  [
    'Git',
    'remote: fatal: write error: No space left on device/error: remote unpack failed: index-pack abnormal exit',
    'quota',
  ],
  [
    'Git',
    'remote: error: insufficient permission for adding an object to repository database ./objects/error: remote unpack failed',
    'read-only',
  ],
  [
    'Git',
    "remote: fatal: Unable to create temporary file '/srv/r.git/objects/pack/tmp': Read-only file system",
    'read-only',
  ],
  [
    'Git',
    "remote: error: cannot lock ref 'refs/heads/m': Unable to create '/srv/r.git/m.lock': Permission denied",
    'read-only',
  ],
  [
    'Git',
    "fatal: '/srv/r.git' does not appear to be a git repository/fatal: Could not read from remote repository.",
    'not-found',
  ],
  ['Git', "fatal: repository 'http://h/r.git/' not found", 'not-found'],
  ['Git daemon', 'fatal: remote error: access denied or repository not exported: /r.git', 'not-found'],
  ['Git daemon', 'fatal: unable to connect to h:/h[0: 10.0.0.1]: errno=Connection refused', 'network'],
  ['Git', "fatal: unable to access 'https://h/r.git/': Could not resolve host: h", 'network'],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': Failed to connect to h port 443: Connection timed out",
    'network',
  ],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 503", 'network'],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 429", 'network'],
  [
    'Git',
    'error: RPC failed; curl 56 Recv failure: Connection reset by peer/fatal: the remote end hung up unexpectedly',
    'network',
  ],
  ['Git', 'fatal: early EOF', 'network'],
  [
    'Git',
    'error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly/fetch-pack: unexpected disconnect while reading sideband packet/fatal: early EOF/fatal: fetch-pack: invalid index-pack output',
    'network',
  ],
  ['Git', 'fatal: fetch-pack: invalid index-pack output', 'corrupt'],
  [
    'Git',
    'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413/send-pack: unexpected disconnect while reading sideband packet/fatal: the remote end hung up unexpectedly',
    'quota',
  ],
  ['Git', 'error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502', 'network'],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 408", 'network'],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 400", 'unknown'],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 410", 'not-found'],
  ['Git', "fatal: unable to access 'https://h/r.git/': The requested URL returned error: 507", 'quota'],
  ['Git', "fatal: unable to access 'https://h/r.git/': Empty reply from server", 'network'],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': OpenSSL SSL_read: Connection was reset, errno 10054",
    'network',
  ],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': GnuTLS recv error (-110): The TLS connection was non-properly terminated.",
    'network',
  ],
  ['Git', "fatal: unable to access 'https://h/r.git/': CONNECT tunnel failed, response 407", 'auth'],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': Received HTTP code 407 from proxy after CONNECT",
    'auth',
  ],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': SSL: no alternative certificate subject name matches target host name 'h'",
    'certificate',
  ],
  ['Git', 'remote: fatal: pack exceeds maximum allowed size (2.00 MiB)', 'quota'],
  [
    'Git',
    "fatal: unable to access 'https://h/r.git/': SSL certificate problem: self-signed certificate",
    'certificate',
  ],
  ['SSH', 'Host key verification failed./fatal: Could not read from remote repository.', 'certificate'],
  ['SSH', 'git@h: Permission denied (publickey)./fatal: Could not read from remote repository.', 'auth'],
  [
    'SSH',
    'ssh: connect to host h port 22: Connection timed out/fatal: Could not read from remote repository.',
    'network',
  ],
  ['SSH', 'ssh: Could not resolve hostname h: Name or service not known', 'network'],
  [
    'SSH',
    '@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @/Host key verification failed./fatal: Could not read from remote repository.',
    'certificate',
  ],
  ['SSH', 'Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures', 'auth'],
  ['SSH', 'Connection closed by 10.0.0.1 port 22/fatal: Could not read from remote repository.', 'network'],
  ['SSH', 'kex_exchange_identification: read: Connection reset by peer', 'network'],
  ['Git', "fatal: could not read Username for 'https://h': terminal prompts disabled", 'auth'],
  ['Git', "fatal: detected dubious ownership in repository at '/srv/r.git'", 'auth'],
  [
    'Git',
    'remote: error: object file ./objects/12/34 is empty/fatal: loose object 1234 (stored in ./objects/12/34) is corrupt',
    'corrupt',
  ],
  ['Git', 'error: inflate: data stream error (incorrect header check)/fatal: early EOF', 'corrupt'],
  [
    'GitHub',
    'remote: error: GH006: Protected branch update failed for refs/heads/m./!\tA:refs/heads/m\t[remote rejected] (protected branch hook declined)',
    'protected',
  ],
  [
    'GitHub',
    'remote: error: GH013: Repository rule violations found for refs/heads/m./[remote rejected] (push declined due to repository rule violations)',
    'protected',
  ],
  [
    'GitHub',
    "!\tA:refs/heads/m\t[remote rejected] (cannot lock ref 'refs/heads/m': is at 1a2b3c4 but expected 5d6e7f8)",
    'stale',
  ],
  ['GitHub', 'Expected branch to point to "1a2b" but it did not. Pull and try again.', 'stale'],
  [
    'GitHub',
    'remote: error: GH001: Large files detected./[remote rejected] (pre-receive hook declined)',
    'quota',
  ],
  [
    'GitHub',
    'remote: error: GH007: Your push would publish a private email address./!\tA:refs/heads/m\t[remote rejected] (push declined due to email privacy restrictions)',
    'hook',
  ],
  [
    'GitHub',
    'remote: error: GH013: Repository rule violations found for refs/heads/m./remote: - Changes must be made through a pull request./!\tA:refs/heads/m\t[remote rejected] (push declined due to repository rule violations)',
    'protected',
  ],
  [
    'GitHub',
    '!\tA:refs/heads/m\t[remote rejected] (refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission)',
    'auth',
  ],
  [
    'GitHub',
    'remote: Internal Server Error/!\tA:refs/heads/m\t[remote failure] (remote failed to report status)',
    'network',
  ],
  ['GitHub', 'remote: fatal error in commit_refs/!\tA:refs/heads/m\t[remote rejected] (failure)', 'network'],
  [
    'GitHub',
    "ERROR: The 'acme' organization has enabled or enforced SAML SSO./fatal: Could not read from remote repository.",
    'auth',
  ],
  [
    'GitHub',
    "remote: Permission to acme/r.git denied to bot./fatal: unable to access 'https://github.com/acme/r.git/': The requested URL returned error: 403",
    'auth',
  ],
  [
    'GitHub',
    "remote: Write access to repository not granted./fatal: unable to access 'https://github.com/acme/r/': The requested URL returned error: 403",
    'auth',
  ],
  [
    'GitHub',
    "remote: Invalid username or password./fatal: Authentication failed for 'https://github.com/acme/r.git/'",
    'auth',
  ],
  [
    'GitHub',
    "remote: Repository not found./fatal: repository 'https://github.com/acme/r.git/' not found",
    'not-found',
  ],
  ['GitHub', 'ERROR: Repository not found./fatal: Could not read from remote repository.', 'not-found'],
  [
    'GitHub',
    'remote: This repository was archived so it is read-only./The requested URL returned error: 403',
    'read-only',
  ],
  [
    'GitLab',
    'remote: GitLab: You are not allowed to push code to protected branches on this project./[remote rejected] (pre-receive hook declined)',
    'protected',
  ],
  [
    'GitLab',
    'remote: GitLab: You are not allowed to force push code to a protected branch on this project.',
    'protected',
  ],
  ['GitLab', '!\tA:refs/heads/m\t[remote rejected] (incorrect old value provided)', 'stale'],
  [
    'GitLab',
    'remote: GitLab: You are not allowed to create protected branches on this project./[remote rejected] (pre-receive hook declined)',
    'protected',
  ],
  ['GitLab', 'remote: GitLab: You are not allowed to push code to this project.', 'auth'],
  ['GitLab', 'GitLab: The project you were looking for could not be found.', 'not-found'],
  ['GitLab', 'remote: The repository is temporarily read-only. Please try again later.', 'read-only'],
  [
    'GitLab',
    'remote: GitLab: Internal API unreachable/[remote rejected] (pre-receive hook declined)',
    'network',
  ],
  [
    'GitLab',
    "remote: GitLab: The path 'apps/a' is locked in Git LFS by ada/[remote rejected] (pre-receive hook declined)",
    'hook',
  ],
  [
    'GitLab',
    "remote: GitLab: Commit message does not follow the pattern '^JIRA'/[remote rejected] (pre-receive hook declined)",
    'hook',
  ],
  [
    'GitLab',
    'remote: Your push has been rejected, because this repository has exceeded its size limit of 10 GB',
    'quota',
  ],
  [
    'GitLab',
    "remote: HTTP Basic: Access denied/fatal: Authentication failed for 'https://gitlab.com/a/r.git/'",
    'auth',
  ],
  [
    'GitLab',
    "remote: The project you were looking for could not be found or you don't have permission to view it.",
    'not-found',
  ],
  [
    'Gitea',
    'remote: Gitea: Not allowed to push to protected branch m/[remote rejected] (pre-receive hook declined)',
    'protected',
  ],
  ['Gitea', 'remote: Gitea: branch m is protected from force push', 'protected'],
  ['Gitea', 'remote: Gitea: Branch m is protected from unverified commit 1a2b', 'protected'],
  ['Gitea', 'remote: Gitea: User permission denied for writing.', 'auth'],
  ['Gitea', 'Gitea: Cannot find repository: acme/r', 'not-found'],
  ['Gitea', 'Gitea: Repo: acme/r is archived.', 'read-only'],
  ['Forgejo', 'remote: Forgejo: Quota exceeded/[remote rejected] (pre-receive hook declined)', 'quota'],
  [
    'Bitbucket',
    'remote: Permission denied to update branch m./[remote rejected] (pre-receive hook declined)',
    'protected',
  ],
  [
    'Bitbucket',
    'remote: Branch refs/heads/m can only be modified through pull requests./[remote rejected] (pre-receive hook declined)',
    'protected',
  ],
  [
    'Bitbucket',
    'remote: Your push has been blocked because this repository exceeds the 4.0 GB size limit',
    'quota',
  ],
  [
    'Bitbucket',
    'conq: repository does not exist./fatal: Could not read from remote repository.',
    'not-found',
  ],
  ['Bitbucket', 'remote: Repository is in read only mode (over 4 GB size limit).', 'quota'],
  ['Bitbucket', 'repository access denied./fatal: Could not read from remote repository.', 'auth'],
  [
    'Azure DevOps',
    '!\tA:refs/heads/m\t[remote rejected] (TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.)',
    'protected',
  ],
  ['Bitbucket', 'Forbidden/fatal: Could not read from remote repository.', 'auth'],
];

describe('the reason of a rejection', () => {
  it.each(TABLE)('%s: %s', (_, output, rejection) => {
    expect(
      classifyRejection(output.replaceAll(/\/(?=remote:|error:|fatal:|\[|!|ssh:|The requested)/g, '\n')),
    ).toBe(rejection);
  });

  it('is retryable only for the network and a lock', () => {
    const retried = new Set(
      TABLE.flatMap(([, output, kind]) => (remoteError('x', 'y', output).retryable ? [kind] : [])),
    );
    expect([...retried]).toEqual(['locked', 'network']);
  });

  it('with an unknown message is a failure with that message, not a conflict', () => {
    const output = '!\tA:refs/heads/m\t[remote rejected] (der Server mag nicht)';
    const error = remoteError('Pushing m to', 'origin', output);
    expect(classifyRejection(output)).toBe('unknown');
    expect(error).toMatchObject({ code: 'git', retryable: false });
    expect(error.message).toContain('der Server mag nicht');
  });

  it('contains no secret of an address', () => {
    const output = "fatal: unable to access 'https://ada:s3cret@h/r.git/': Could not resolve host: h";
    const error = remoteError('Fetching m from', 'https://ada:s3cret@h/r.git', output);
    expect(`${error.message} ${String(error.value)}`).not.toContain('s3cret');
  });
});
