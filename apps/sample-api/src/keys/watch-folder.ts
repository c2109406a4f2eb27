import { watch, type FSWatcher } from 'node:fs';

/** Delay after an event, in milliseconds: a volume swap causes a burst of events, but one read is enough. */
const SETTLE_MS = 50;

/**
 * Calls `changed` soon after a change in a folder, and every `pollMs` milliseconds: some file systems lose
 * events, and a missing folder sends none. Each poll also renews the watch, which is necessary if the folder
 * was deleted and created again. Does not keep the process alive.
 *
 * @returns a function that stops watching
 */
export function watchFolder(dir: string, pollMs: number, changed: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let settling: NodeJS.Timeout | undefined;

  function soon(): void {
    settling ??= setTimeout(() => {
      settling = undefined;
      changed();
    }, SETTLE_MS).unref();
  }

  function rearm(): void {
    watcher?.close();
    watcher = tryWatch(dir, soon);
  }

  rearm();
  const poll = setInterval(() => {
    rearm();
    changed();
  }, pollMs).unref();

  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    watcher?.close();
  };
}

function tryWatch(dir: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, { persistent: false }, changed);
    return watcher.on('error', () => watcher.close());
  } catch {
    // The folder does not exist, or the system has no more watches: polling continues.
    return undefined;
  }
}
