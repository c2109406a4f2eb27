/** One entry of a tree. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` (a symbolic link), `40000` (a folder), `160000` (a submodule). */
  mode: string;
  id: string;
}

/** A folder of a commit: its entries by name. */
export type Tree = ReadonlyMap<string, TreeEntry>;

export const FOLDER = '40000';
export const FILE = '100644';

/** Whether an entry is a regular file, executable or not. */
export const isFile = ({ mode }: TreeEntry): boolean => mode.startsWith('100');

/**
 * Reads a tree object.
 *
 * @param idLength bytes of an object id: 20, or 32 in a SHA-256 repository
 * @throws {Error} if the content is not a tree
 */
export function parseTree(content: Buffer, idLength: number): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space <= at || end < space || end + idLength >= content.length)
      throw new Error('a tree object is damaged');
    const id = content.subarray(end + 1, end + 1 + idLength).toString('hex');
    // Names are bytes; latin1 keeps each byte.
    const name = content.toString('latin1', space + 1, end);
    entries.set(name, { mode: content.toString('latin1', at, space), id });
    at = end + 1 + idLength;
  }
  return entries;
}

/** The content of a tree object. Git sorts by bytes, and a folder as if its name ended in a slash. */
export function printTree(tree: Tree): Buffer {
  const sorted = [...tree].map(([name, entry]) => ({
    name,
    entry,
    key: entry.mode === FOLDER ? `${name}/` : name,
  }));
  sorted.sort((one, other) => (one.key < other.key ? -1 : 1));
  return Buffer.concat(
    sorted.flatMap(({ name, entry }) => [
      Buffer.from(`${entry.mode} ${name}\0`, 'latin1'),
      Buffer.from(entry.id, 'hex'),
    ]),
  );
}

/** A name in a tree: the bytes of its UTF-8 text. */
export const treeName = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text of a name in a tree. */
export const treeText = (name: string): string => Buffer.from(name, 'latin1').toString('utf8');
