import { deadlineError } from '../registry/retry.ts';

const running = new Map<string, Promise<unknown>>();

/**
 * Runs an upload, unless the same upload is running in this process; then waits for that one. If the other
 * upload fails, this one runs, because its source, deadline or connection may differ. The result is not
 * cached, because registries may delete blobs.
 * @param key identifies the repository, the account and the blob
 * @param signal ends waiting for the other upload
 * @returns the result of the upload, or undefined if another upload succeeded
 */
export async function uploadOnce<T>(
  key: string,
  signal: AbortSignal,
  upload: () => Promise<T>,
): Promise<T | undefined> {
  for (let other = running.get(key); other; other = running.get(key)) {
    if (await succeeds(other, signal)) return undefined;
  }
  const own = upload().finally(() => running.delete(key));
  running.set(key, own);
  return own;
}

/** @throws ImageError `deadline` if the signal aborts before the work ends */
function succeeds(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(deadlineError(signal.reason));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    const end = (success: boolean) => {
      signal.removeEventListener('abort', stop);
      resolve(success);
    };
    work.then(
      () => end(true),
      () => end(false),
    );
  });
}
