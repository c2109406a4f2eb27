import { ImageError } from '../error.ts';

/** Converts a file system error into an `ImageError` with path and remedy. Returns other errors unchanged. */
export function asReadFailure(error: unknown, place: string): unknown {
  const { code, path = place, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof ImageError || syscall === undefined) return error;
  return new ImageError(
    'read-failed',
    `cannot read "${path}" (${code}): make it readable for this user, or create it again`,
    { value: path, cause: error },
  );
}

/** True if the file does not exist, as opposed to one that cannot be read. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
