import { join } from 'node:path';
import { GitopsError } from '../error.ts';
import { treeOf } from '../git/commit-text.ts';
import { gitObject, writeObject, type GitObject, type ObjectFormat, type ObjectType } from '../git/object.ts';
import { ObjectReader } from '../git/object-reader.ts';
import { noRoom } from './scratch-repository.ts';
import type { TreeStore } from '../git/edit-tree.ts';
import { parseTree, printTree, type Tree } from '../git/tree.ts';
import type { Commit } from '../git/commit.ts';

/** Where the objects are, and where they came from. */
interface ScratchOptions {
  folder: string;
  format: ObjectFormat;
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** For errors. */
  remote: string;
}

/** The objects of a throw-away repository: those that were fetched, and those that are made on top of them. */
export class ScratchObjects implements TreeStore {
  readonly #place: ScratchOptions;
  /** Trees that were read or written: of a tip's trees a bump changes few. */
  readonly #trees = new Map<string, Promise<Tree>>();
  #reader: ObjectReader | undefined;

  constructor(place: ScratchOptions) {
    this.#place = place;
  }

  async close(): Promise<void> {
    await this.#reader?.close();
  }

  async readAll(ids: readonly string[]): Promise<(Buffer | undefined)[]> {
    const found = await Promise.all(ids.map((id) => this.#read(id)));
    return found.map((object) => object?.content);
  }

  /** The folder that a commit holds. @throws {GitopsError} `corrupt` */
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
    this.#trees.set(id, Promise.resolve(parseTree(content, id.length / 2))); // sorted
    return id;
  }

  writeBlob(content: Uint8Array): Promise<string> {
    return this.write('blob', Buffer.from(content));
  }

  /** @throws {GitopsError} `disk` */
  async write(type: ObjectType, content: Buffer): Promise<string> {
    const object = gitObject(this.#place.format, type, content);
    await writeObject(join(this.#place.folder, 'objects'), object).catch(noRoom);
    return object.id;
  }

  #read(id: string): Promise<GitObject | undefined> {
    this.#reader ??= new ObjectReader(this.#place.cwd, this.#place.env);
    return this.#reader.read(id);
  }

  #missing(id: string): GitopsError {
    return new GitopsError(
      'corrupt',
      `${this.#place.remote} did not send the object ${id}. Run git fsck there.`,
      { value: id },
    );
  }
}
