import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import { treeOf } from '../git/commit-object.ts';
import { gitObject, writeObject, type GitObject, type ObjectFormat, type ObjectType } from '../git/object.ts';
import { ObjectReader } from '../git/object-reader.ts';
import { noRoom } from './scratch-repository.ts';
import type { TreeStore } from '../git/edit-tree.ts';
import { parseTree, printTree, type Tree } from '../git/tree.ts';
import type { Commit } from '../git/commit.ts';

/** A temporary repository. */
interface ScratchOptions {
  folder: string;
  format: ObjectFormat;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** For errors. */
  remote: string;
}

/** The objects of a temporary repository: fetched ones and new ones. */
export class ScratchObjects implements TreeStore {
  readonly #options: ScratchOptions;
  /** Trees that were read or written; a bump changes few of a tip's trees. */
  readonly #trees = new Map<string, Promise<Tree>>();
  #reader: ObjectReader | undefined;

  constructor(options: ScratchOptions) {
    this.#options = options;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async readAll(ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const found = await Promise.all(ids.map((id) => this.#read(id)));
    return found.map((object) => object?.content);
  }

  /** The id of a commit's tree. @throws {GitopsError} `corrupt` */
  async treeOf(commit: Commit): Promise<string> {
    const id = treeOf((await this.#read(commit))?.content);
    if (id === undefined) throw this.#missing(commit);
    return id;
  }

  readTree(id: string): Promise<Tree> {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const tree = this.#readTree(id);
    this.#trees.set(id, tree);
    tree.catch(() => this.#trees.delete(id));
    return tree;
  }

  async #readTree(id: string): Promise<Tree> {
    const object = await this.#read(id);
    if (object?.type !== 'tree') throw this.#missing(id);
    return parseTree(object.content, id.length / 2);
  }

  async writeTree(tree: Tree): Promise<string> {
    const content = printTree(tree);
    const id = await this.write('tree', content);
    this.#trees.set(id, Promise.resolve(parseTree(content, id.length / 2))); // in Git's order
    return id;
  }

  writeBlob(content: Uint8Array): Promise<string> {
    return this.write('blob', Buffer.from(content));
  }

  /** @throws {GitopsError} `disk` */
  async write(type: ObjectType, content: Buffer): Promise<string> {
    const object = gitObject(this.#options.format, type, content);
    await writeObject(join(this.#options.folder, 'objects'), object).catch(noRoom);
    return object.id;
  }

  #read(id: string): Promise<GitObject | undefined> {
    this.#reader ??= new ObjectReader(this.#options.cwd, this.#options.env);
    return this.#reader.read(id);
  }

  #missing(id: string): GitopsError {
    return new GitopsError(
      'corrupt',
      `${this.#options.remote} did not send the object ${id}. Run git fsck there.`,
      { value: id },
    );
  }
}
