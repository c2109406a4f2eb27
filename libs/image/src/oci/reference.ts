import { resolve } from 'node:path';
import { isDigest } from './digest.ts';
import { ImageError } from '../error.ts';

/** A repository of images: a folder that is an OCI layout, or a repository in a registry. */
export type Repository =
  | { kind: 'folder'; name: string; folder: string }
  | {
      kind: 'registry';
      name: string;
      host: string;
      path: string;
      /** Use https also for this machine. */
      secure?: true;
    };

/** Path and tag grammar of the OCI distribution-spec 1.1, "Pulling manifests". */
const pathExpression = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagExpression = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const hostExpression = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * Parses `oci:DIR` or `host[:port]/path`. There is no default host: Docker Hub is `docker.io/…`. The prefix
 * `https://` is allowed; it matters only for a registry on this machine, where the default is http.
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
    throw wrong(text, 'start with the registry\'s host ("docker.io/…"), or with "oci:" for a folder');
  }
  if (!pathExpression.test(path)) throw wrong(text, 'give a lower-case path without tag or digest');
  if (path.length + host.length > 255) throw wrong(text, 'use at most 255 characters');
  const official = host === 'docker.io' && !path.includes('/');
  const secure = bare !== text ? { secure: true as const } : {};
  return { kind: 'registry', name: text, host, path: official ? `library/${path}` : path, ...secure };
}

/**
 * Splits `repository@sha256:…` at the last `@`, because the name of a folder may contain others.
 * @throws ImageError `invalid-input`
 */
export function splitImage(text: string): { repository: string; digest: string } {
  const at = text.lastIndexOf('@');
  const [repository, digest] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (repository !== '' && isDigest(digest)) return { repository, digest };
  throw new ImageError(
    'invalid-input',
    `"${text}" is not an image: write repository@sha256:… ("image ls" shows digests)`,
    { value: text },
  );
}

/** Checks the grammar of tags. @throws ImageError `invalid-input` */
export function assertTags(tags: readonly string[]): void {
  for (const tag of tags) {
    if (tagExpression.test(tag)) continue;
    throw new ImageError(
      'invalid-input',
      `"${tag}" is not a tag: use at most 128 letters, digits, "_", "." and "-", and do not start with "." or "-"`,
      { value: tag },
    );
  }
}

function wrong(text: string, remedy: string): ImageError {
  return new ImageError('invalid-input', `"${text}" is not a repository: ${remedy}`, { value: text });
}
