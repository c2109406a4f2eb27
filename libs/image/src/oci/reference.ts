import { resolve } from 'node:path';
import { isDigest } from './digest.ts';
import { ImageError } from '../error.ts';

/** Where images of one application go: a folder that is an OCI layout, or a repository in a registry. */
export type Repository =
  | { kind: 'folder'; name: string; folder: string }
  | {
      kind: 'registry';
      name: string;
      host: string;
      path: string;
      /** https also for this machine. */
      secure?: true;
    };

/** Path and tag grammar of the OCI distribution-spec 1.1, "Pulling manifests". */
const pathExpression = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagExpression = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const hostExpression = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * Reads `oci:DIR` or `host[:port]/path`. The host is never guessed: `docker.io/…` is written out. `https://` may stand
 * before a host; it says something only for a registry on this machine, which is spoken to over http otherwise.
 * @throws ImageError `invalid-input`
 */
export function parseRepository(text: string): Repository {
  if (text.startsWith('oci:')) {
    const folder = text.slice('oci:'.length);
    if (folder === '') throw wrong(text, 'name a folder after "oci:"');
    return { kind: 'folder', name: text, folder: resolve(folder) };
  }
  const bare = text.replace(/^https:\/\//, '');
  const slash = bare.indexOf('/');
  const host = bare.slice(0, Math.max(slash, 0)).toLowerCase();
  const path = bare.slice(slash + 1);
  if (!hostExpression.test(host) || !/[.:]|^localhost$/.test(host)) {
    throw wrong(text, 'begin with the registry\'s host ("docker.io/…"), or with "oci:" for a folder');
  }
  if (!pathExpression.test(path)) throw wrong(text, 'give a lower-case path without tag or digest');
  if (path.length + host.length > 255) throw wrong(text, 'use at most 255 characters');
  const official = host === 'docker.io' && !path.includes('/');
  const secure = bare !== text ? { secure: true as const } : {};
  return { kind: 'registry', name: text, host, path: official ? `library/${path}` : path, ...secure };
}

/**
 * Splits `repository@sha256:…`. The last `@` counts: a folder's name may hold others.
 * @throws ImageError `invalid-input`
 */
export function splitImage(text: string): { repository: string; digest: string } {
  const at = text.lastIndexOf('@');
  const [repository, digest] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (repository !== '' && isDigest(digest)) return { repository, digest };
  throw new ImageError(
    'invalid-input',
    `"${text}" is no image: write repository@sha256:… ("image ls" shows digests)`,
    { value: text },
  );
}

/** Checks tags before anything is sent. @throws ImageError `invalid-input` */
export function assertTags(tags: readonly string[]): void {
  for (const tag of tags) {
    if (tagExpression.test(tag)) continue;
    throw new ImageError(
      'invalid-input',
      `"${tag}" is no tag: use at most 128 letters, digits, "_", "." and "-", and do not begin with "." or "-"`,
      { value: tag },
    );
  }
}

function wrong(text: string, remedy: string): ImageError {
  return new ImageError('invalid-input', `"${text}" is no repository: ${remedy}`, { value: text });
}
