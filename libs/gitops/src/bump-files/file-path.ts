import { GitopsError } from '../error.ts';

/** Names that Git reserves, including the spellings of some file systems. */
const RESERVED = /^\.git($|[ .:~])|^git~1$/i;

/**
 * Parses the path of a file in a repository: relative, with `/` between folders.
 *
 * @throws {GitopsError} `usage` for an invalid path, or one outside the repository or in Git's own files
 */
export function parseFilePath(text: string): string {
  const path = text.replace(/^(\.\/)+/, '');
  const parts = path.split('/');
  const bad =
    path === '' ||
    Buffer.byteLength(path) > 4096 ||
    // eslint-disable-next-line no-control-regex -- the pattern is for control characters
    /[\u0000-\u001f\u007f\\\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(path) ||
    parts.some((part) => part === '' || part === '.' || part === '..' || RESERVED.test(part));
  if (!bad) return path;
  throw new GitopsError(
    'usage',
    `${JSON.stringify(text)} is not the path of a file in the repository. Paths are relative to its root, for example apps/api/values.yaml.`,
    { value: text },
  );
}
