import { describe, expect, it } from 'vitest';
import { classifyRejection, remoteError, type Rejection } from '../src/rejection.ts';

/** What hosts print, by host. The lines of one push are joined by a slash here. */
const TABLE: readonly (readonly [host: string, words: string, Rejection])[] = [
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
  ['Git', '!\tA:refs/heads/m\t[remote rejected] (failed to update ref)', 'stale'],
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
  ['Gitea', 'remote: Gitea: User permission denied for writing.', 'hook'],
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
  ['Bitbucket', 'Forbidden/fatal: Could not read from remote repository.', 'auth'],
];

describe('why a remote said no', () => {
  it.each(TABLE)('%s: %s', (_, words, rejection) => {
    expect(
      classifyRejection(words.replaceAll(/\/(?=remote:|error:|fatal:|\[|!|ssh:|The requested)/g, '\n')),
    ).toBe(rejection);
  });

  it('is worth another try for a network and a lock alone', () => {
    const retried = new Set(
      TABLE.flatMap(([, words, kind]) => (remoteError('x', 'y', words).retryable ? [kind] : [])),
    );
    expect([...retried]).toEqual(['locked', 'network']);
  });

  it('is a failure with its text where the wording is unknown, and no conflict', () => {
    const words = '!\tA:refs/heads/m\t[remote rejected] (der Server mag nicht)';
    const error = remoteError('Pushing m to', 'origin', words);
    expect(classifyRejection(words)).toBe('unknown');
    expect(error).toMatchObject({ code: 'git', retryable: false });
    expect(error.message).toContain('der Server mag nicht');
  });

  it('shows no secret of an address', () => {
    const words = "fatal: unable to access 'https://ada:s3cret@h/r.git/': Could not resolve host: h";
    const error = remoteError('Fetching m from', 'https://ada:s3cret@h/r.git', words);
    expect(`${error.message} ${String(error.value)}`).not.toContain('s3cret');
  });
});
