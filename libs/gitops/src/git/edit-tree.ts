import { GitopsError } from '../error.ts';
import { FILE, FOLDER, isFile, treeName, treeText, type Tree, type TreeEntry } from './tree.ts';

/** New contents by path, from the root of the repository; undefined removes the file. */
export type Edit = ReadonlyMap<string, string | Uint8Array | undefined>;

/** Reads and writes trees. */
export interface TreeStore {
  readTree(id: string): Promise<Tree>;
  /** @returns its id */
  writeTree(tree: Tree): Promise<string>;
  /** @returns its id */
  writeBlob(content: Uint8Array): Promise<string>;
}

/** The id of a file below a folder; undefined if there is no such file. A symbolic link does not count. */
export async function findFile(
  store: Pick<TreeStore, 'readTree'>,
  folder: string,
  path: string,
): Promise<string | undefined> {
  const names = path.split('/').map(treeName);
  const name = names.pop() as string;
  let tree = await store.readTree(folder);
  for (const inside of names) {
    const entry = tree.get(inside);
    if (entry?.mode !== FOLDER) return undefined;
    tree = await store.readTree(entry.id);
  }
  const entry = tree.get(name);
  return entry !== undefined && isFile(entry) ? entry.id : undefined;
}

/** All files in a folder and below, in Git's order. @param path the folder; empty for the root */
export async function listFiles(
  store: Pick<TreeStore, 'readTree'>,
  root: string,
  path: string,
): Promise<{ path: string; id: string }[]> {
  let tree = await store.readTree(root);
  for (const name of path.split('/').filter(Boolean)) {
    const entry = tree.get(treeName(name));
    if (entry?.mode !== FOLDER) return [];
    tree = await store.readTree(entry.id);
  }
  return filesOf(store, tree, path && `${path}/`);
}

async function filesOf(
  store: Pick<TreeStore, 'readTree'>,
  tree: Tree,
  prefix: string,
): Promise<{ path: string; id: string }[]> {
  const files = await Promise.all(
    [...tree].map(async ([name, entry]) => {
      const path = `${prefix}${treeText(name)}`;
      if (entry.mode === FOLDER) return filesOf(store, await store.readTree(entry.id), `${path}/`);
      return isFile(entry) ? [{ path, id: entry.id }] : [];
    }),
  );
  return files.flat();
}

/**
 * Applies an edit to a folder. Reads and writes only the parent folders of changed files, so the number of
 * other folders does not matter. A file keeps its mode.
 *
 * @param id the folder before; undefined if it does not exist
 * @returns the id of the new folder; undefined if it would be empty
 * @throws {GitopsError} `refused` if a parent of a file is not a folder, or the target is not a regular file
 */
export async function editTree(
  store: TreeStore,
  id: string | undefined,
  edit: Edit,
  prefix = '',
): Promise<string | undefined> {
  const before = id === undefined ? new Map<string, TreeEntry>() : await store.readTree(id);
  const after = new Map(before);
  const folders = new Map<string, Map<string, string | Uint8Array | undefined>>();
  for (const [path, content] of edit) {
    const [first = '', ...rest] = path.split('/');
    if (rest.length > 0) {
      folders.set(first, (folders.get(first) ?? new Map()).set(rest.join('/'), content));
      continue;
    }
    await editFile(store, after, first, content, prefix);
  }
  for (const [folder, inside] of folders) {
    const name = treeName(folder);
    const entry = before.get(name);
    const path = `${prefix}${folder}`;
    if (entry !== undefined && entry.mode !== FOLDER) throw blocked(path, 'is not a folder', entry);
    const changed = await editTree(store, entry?.id, inside, `${path}/`);
    if (changed === undefined) after.delete(name);
    else after.set(name, { mode: FOLDER, id: changed });
  }
  return after.size === 0 && prefix !== '' ? undefined : store.writeTree(after);
}

async function editFile(
  store: TreeStore,
  tree: Map<string, TreeEntry>,
  file: string,
  content: string | Uint8Array | undefined,
  prefix: string,
): Promise<void> {
  const name = treeName(file);
  const entry = tree.get(name);
  if (content === undefined) {
    tree.delete(name);
    return;
  }
  if (entry !== undefined && !isFile(entry))
    throw blocked(`${prefix}${file}`, 'is not a regular file', entry);
  const id = await store.writeBlob(Buffer.from(content));
  tree.set(name, { mode: entry?.mode ?? FILE, id });
}

function blocked(path: string, problem: string, { mode }: TreeEntry): GitopsError {
  const kind = mode === '120000' ? ' but a symbolic link' : mode === '160000' ? ' but a submodule' : '';
  return new GitopsError(
    'refused',
    `${path} ${problem}${kind}, so it cannot be written. Use the path of a regular file.`,
    {
      value: path,
    },
  );
}
