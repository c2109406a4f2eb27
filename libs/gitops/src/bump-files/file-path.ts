import { GitopsError } from '../error.ts';

/** Names that Git keeps for itself, also as some file systems spell them. */
const RESERVED = /^\.git($|[ .:~])|^git~1$/i;

/**
 * A path of a file in a repository, as people write it: relative, with `/` between folders.
 *
 * @throws {GitopsError} `usage` for a path that leads out of the repository, into Git's own files, or is none
 */
export function parseFilePath(text: string): string {
  const path = text.replace(/^(\.\/)+/, '');
  const parts = path.split('/');
  const bad =
    path === '' ||
    Buffer.byteLength(path) > 4096 ||
    // eslint-disable-next-line no-control-regex -- control characters are what it is about
    /[\u0000-\u001f\u007f\\\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(path) ||
    parts.some((part) => part === '' || part === '.' || part === '..' || RESERVED.test(part));
  if (!bad) return path;
  throw new GitopsError(
    'usage',
    `${JSON.stringify(text)} is no path of a file in the repository. Write it from the repository's root, for example apps/api/values.yaml.`,
    { value: text },
  );
}
