import { copyFile, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitopsError } from './error.ts';
import { git, gitLine, tryGit } from './git.ts';

/** A full commit id, 40 or 64 hexadecimal digits. */
export type Commit = string;

const SNAPSHOT_TRAILER = 'Slipway-Snapshot: true';

/**
 * The source checkout: the one place that is asked about history, and the one that says what a
 * commit contains. Nothing here touches the work tree, the index, refs or configuration.
 */
export class Source {
  /** The root of the work tree. */
  readonly root: string;
  /** What was found about a commit never changes, and the rules ask the same things again and again. */
  readonly #known = new Map<string, Promise<string | undefined>>();

  private constructor(root: string) {
    this.root = root;
  }

  /**
   * Opens the checkout that `folder` is in.
   *
   * @throws {GitopsError} `no-repository`
   */
  static async open(folder: string): Promise<Source> {
    const found = await tryGit(['rev-parse', '--show-toplevel'], { cwd: folder });
    if (found.code !== 0) {
      throw new GitopsError(
        'no-repository',
        `${folder} is not inside a Git work tree. Run in a clone, or \`git init\` and commit first.`,
        { value: folder },
      );
    }
    return new Source(found.stdout.toString('utf8').trimEnd());
  }

  /**
   * The checked-out commit, on a branch or detached.
   *
   * @throws {GitopsError} `no-commit`
   */
  async head(): Promise<Commit> {
    const found = await this.resolve('HEAD');
    if (found === undefined) {
      throw new GitopsError('no-commit', `${this.root} has no commit yet. Commit once, then run again.`);
    }
    return found;
  }

  /** The commit that `revision` names, or undefined when this checkout does not have it. */
  async resolve(revision: string): Promise<Commit | undefined> {
    const found = await this.try([
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    ]);
    return found.code === 0 ? found.stdout.toString('utf8').trim() : undefined;
  }

  /** The files that differ from HEAD or are new, ignored ones left out. Empty when the tree is clean. */
  async changes(): Promise<string[]> {
    const status = await git(
      ['--no-optional-locks', 'status', '--porcelain', '-z', '--untracked-files=normal'],
      {
        cwd: this.root,
      },
    );
    return status
      .toString('utf8')
      .split('\0')
      .filter(Boolean)
      .map((line) => line.slice(3));
  }

  /**
   * Whether `ancestor` is `descendant` or lies in its history. A snapshot of uncommitted changes
   * stands where its parent stands. False when this checkout does not know `ancestor`.
   *
   * @throws {GitopsError} `shallow` where a "no" cannot be trusted
   */
  async isAncestor(ancestor: Commit, descendant: Commit): Promise<boolean> {
    const [older, newer] = await Promise.all([this.position(ancestor), this.position(descendant)]);
    if (older === undefined || newer === undefined)
      return this.notFound(older === undefined ? ancestor : descendant);
    if (older === newer) return true;
    const answer = await this.remember(`${older} in ${newer}`, async () => {
      const { code } = await this.try(['merge-base', '--is-ancestor', older, newer]);
      return code === 0 ? 'yes' : undefined;
    });
    return answer === 'yes' || this.notFound(ancestor);
  }

  /** Whether `commit` is in the history of the branch that releases come from. */
  async isOnMainline(commit: Commit, mainline: Mainline): Promise<boolean> {
    if (mainline !== 'branches') return this.isAncestor(commit, mainline);
    const position = await this.position(commit);
    if (position === undefined) return this.notFound(commit);
    const containing = await this.try(['for-each-ref', '--count=1', '--contains', position, 'refs/heads']);
    if (containing.code === 0 && containing.stdout.length > 0) return true;
    return this.isAncestor(position, await this.head());
  }

  /** The Git object id of a file or folder at a commit; undefined where it is not there. */
  objectId(commit: Commit, path: string): Promise<string | undefined> {
    return this.remember(`${commit}:${path}`, async () => {
      const found = await this.try([
        'rev-parse',
        '--verify',
        '--quiet',
        '--end-of-options',
        `${commit}:${path}`,
      ]);
      return found.code === 0 ? found.stdout.toString('utf8').trim() : undefined;
    });
  }

  /** The text of a file at a commit; undefined where it is not there. */
  async readFile(commit: Commit, path: string): Promise<string | undefined> {
    const found = await this.try(['cat-file', 'blob', `${commit}:${path}`]);
    return found.code === 0 ? found.stdout.toString('utf8') : undefined;
  }

  /** Every file under `folder` at a commit. */
  async listFiles(commit: Commit, folder: string): Promise<string[]> {
    const listed = await git(['ls-tree', '-r', '-z', '--name-only', commit, '--', `${folder}/`], {
      cwd: this.root,
    });
    return listed.toString('utf8').split('\0').filter(Boolean);
  }

  /** How many commits in `from..to` touch one of `paths`; undefined when `from` is unknown here. */
  async countCommits(from: Commit, to: Commit, paths: readonly string[]): Promise<number | undefined> {
    const counted = await this.try(['rev-list', '--count', `${from}..${to}`, '--', ...paths]);
    return counted.code === 0 ? Number(counted.stdout.toString('utf8')) : undefined;
  }

  /** When a commit was made, in milliseconds since 1970; undefined when it is unknown here. */
  async committedAt(commit: Commit): Promise<number | undefined> {
    const shown = await this.try(['show', '--no-patch', '--format=%ct', commit]);
    return shown.code === 0 ? Number(shown.stdout.toString('utf8')) * 1000 : undefined;
  }

  /** `sha1` or `sha256`. */
  async objectFormat(): Promise<string> {
    return gitLine(['rev-parse', '--show-object-format'], { cwd: this.root });
  }

  /** The folder with the objects of this checkout (shared by its linked work trees). */
  async objectsFolder(): Promise<string> {
    return gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'objects'], { cwd: this.root });
  }

  /**
   * Writes the work tree, uncommitted changes included, as a commit on top of HEAD. The same tree on
   * the same HEAD gives the same id. It is reachable from no ref of this checkout: whoever records it
   * pushes it somewhere.
   *
   * @throws {GitopsError} `shallow`: half a history cannot be pushed
   */
  async snapshot(): Promise<Commit> {
    const head = await this.head();
    if (await this.isShallow()) await this.notFound(head);
    const folder = await mkdtemp(join(tmpdir(), 'slipway-snapshot-'));
    try {
      const index = join(folder, 'index');
      await this.copyIndex(index);
      const env = { GIT_INDEX_FILE: index };
      await git(['add', '--all', '--', '.'], { cwd: this.root, env });
      const tree = await gitLine(['write-tree'], { cwd: this.root, env });
      return await this.commitSnapshot(tree, head);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * The real index is a cache of file times that spares reading every file. The copy is dated a second back:
   * git reads again what changed in the last moment before the index was written, and a fresh date would hide that.
   */
  private async copyIndex(to: string): Promise<void> {
    const real = await gitLine(['rev-parse', '--path-format=absolute', '--git-path', 'index'], {
      cwd: this.root,
    });
    const found = await stat(real).catch(() => undefined);
    if (!found) return;
    const date = Math.floor(found.mtimeMs / 1000) - 1;
    await copyFile(real, to);
    await utimes(to, date, date);
  }

  private async commitSnapshot(tree: string, head: Commit): Promise<Commit> {
    const date = await gitLine(['show', '--no-patch', '--format=%cI', head], { cwd: this.root });
    const identity = { NAME: 'slipway', EMAIL: 'slipway@localhost', DATE: date };
    const env = Object.fromEntries(
      Object.entries(identity).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    );
    return gitLine(['commit-tree', '--no-gpg-sign', '-p', head, '-F', '-', tree], {
      cwd: this.root,
      env,
      input: `Snapshot of uncommitted changes\n\n${SNAPSHOT_TRAILER}\n`,
    });
  }

  /** Where a commit stands in history: itself, or for a snapshot its parent. */
  private position(commit: Commit): Promise<Commit | undefined> {
    return this.remember(commit, async () => {
      const found = await this.try(['show', '--no-patch', '--format=%H %P%n%B', commit, '--']);
      if (found.code !== 0) return undefined;
      const [ids = '', ...message] = found.stdout.toString('utf8').split('\n');
      const [id, parent] = ids.split(' ');
      return message.includes(SNAPSHOT_TRAILER) ? parent : id;
    });
  }

  /** Asks once. What was not found is asked again, because a fetch may have brought it. */
  private async remember(
    question: string,
    ask: () => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const asked = this.#known.get(question) ?? ask();
    this.#known.set(question, asked);
    const answer = await asked;
    if (answer === undefined) this.#known.delete(question);
    return answer;
  }

  /** Whether a commit is uncommitted changes on top of its parent, which only the ledger keeps. */
  async isSnapshot(commit: Commit): Promise<boolean> {
    return (await this.position(commit)) !== (await this.resolve(commit));
  }

  /** The name that git would write into a commit here; undefined when none is configured. */
  async userName(): Promise<string | undefined> {
    const found = await this.try(['config', '--get', 'user.name']);
    return found.stdout.toString('utf8').trim() || undefined;
  }

  private async isShallow(): Promise<boolean> {
    return (await gitLine(['rev-parse', '--is-shallow-repository'], { cwd: this.root })) === 'true';
  }

  private async notFound(commit: Commit): Promise<false> {
    if (await this.isShallow()) {
      throw new GitopsError(
        'shallow',
        `This clone is shallow, so it cannot tell where ${commit.slice(0, 12)} lies in history. ` +
          'Run `git fetch --unshallow`, or check out with `fetch-depth: 0`.',
        { value: commit },
      );
    }
    return false;
  }

  private try(args: readonly string[]) {
    return tryGit(args, { cwd: this.root });
  }
}

/**
 * What "main's history" means: the newest commit of the branch that releases come from, or, for an
 * environment that releases from the work tree, any local branch.
 */
export type Mainline = Commit | 'branches';

/** What the rules of the ledger ask of a checkout; small enough to fake in a model. */
export type History = Pick<Source, 'isAncestor' | 'isOnMainline' | 'objectId'>;
