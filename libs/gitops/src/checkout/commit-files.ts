import { git } from '../git/run-git.ts';
import { Memo } from './memo.ts';
import type { ObjectBatch } from '../git/object-batch.ts';
import { parseTree, type Tree } from '../git/tree.ts';
import type { Commit } from '../git/commit.ts';

/** The files and folders of the commits of a checkout. */
export class CommitFiles {
  readonly #root: string;
  readonly #objects: ObjectBatch;
  readonly #ids = new Memo();
  readonly #listed = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(root: string, objects: ObjectBatch) {
    this.#root = root;
    this.#objects = objects;
  }

  /** The Git object id of a file or folder at a commit. Undefined if it does not exist there. */
  objectId(commit: Commit, path: string): Promise<string | undefined> {
    const name = `${commit}:${path}`;
    return this.#ids.get(name, async () => (await this.#objects.find(name))?.id);
  }

  /** The text of a file by its Git object id or another Git name, for example `<commit>:<path>`. */
  async readText(id: string): Promise<string | undefined> {
    const found = await this.#objects.find(id);
    return found?.type === 'blob' ? found.content.toString('utf8') : undefined;
  }

  /** The entries of a folder at a commit. Empty if the folder does not exist there. */
  async readFolder(commit: Commit, folder: string): Promise<Tree> {
    const found = await this.#objects.find(`${commit}:${folder}`);
    return found?.type === 'tree' ? parseTree(found.content, found.id.length / 2) : new Map();
  }

  /** The Git object id of every file below `folder` at a commit, by path. */
  listFiles(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    const name = `${commit}:${folder}`;
    const listed = this.#listed.get(name) ?? this.#list(commit, folder);
    this.#listed.set(name, listed);
    return listed;
  }

  /** The committer date in milliseconds since 1970. Undefined if the commit is unknown. */
  async committedAt(commit: Commit): Promise<number | undefined> {
    const text = (await this.#objects.find(commit))?.content.toString('utf8');
    const seconds = text === undefined ? undefined : /^committer .* (\d+) [+-]\d{4}$/m.exec(text)?.[1];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  }

  async #list(commit: Commit, folder: string): Promise<ReadonlyMap<string, string>> {
    const args = ['ls-tree', '-r', '-z', '--full-tree', commit, '--', `${folder}/`];
    const lines = (await git(args, { cwd: this.#root })).toString('utf8').split('\0').filter(Boolean);
    return new Map(
      lines.map((line) => {
        const [, id = '', file = ''] = /^\d+ \w+ (\w+)\t(.*)$/s.exec(line) ?? [];
        return [file, id] as const;
      }),
    );
  }
}
