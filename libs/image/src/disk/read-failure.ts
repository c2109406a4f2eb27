import { ImageError } from '../error.ts';

/** Turns a refusal by the file system into an error that says where and what to do; passes others on. */
export function asReadFailure(error: unknown, place: string): unknown {
  const { code, path = place, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof ImageError || syscall === undefined) return error;
  return new ImageError(
    'read-failed',
    `cannot read "${path}" (${code}): let this user read it, or make it again`,
    { value: path, cause: error },
  );
}

/** True when a file is not there, as opposed to one that cannot be read. */
export function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}
