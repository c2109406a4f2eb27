import { watch, type FSWatcher } from 'node:fs';

/** How long to wait after an event, in milliseconds: a swap of a volume is a burst of events and worth one look. */
const SETTLE_MS = 50;

/**
 * Calls `look` soon after anything changes in a folder, and every `pollMs` milliseconds in any case: file events are lost on some
 * file systems, and none comes from a folder that does not exist yet. Each poll also watches afresh, which heals a
 * folder that was removed and made again. Keeps no process alive.
 *
 * @returns a function that ends it.
 */
export function watchFolder(dir: string, pollMs: number, look: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let settling: NodeJS.Timeout | undefined;

  function soon(): void {
    settling ??= setTimeout(() => {
      settling = undefined;
      look();
    }, SETTLE_MS).unref();
  }

  function rearm(): void {
    watcher?.close();
    watcher = tryWatch(dir, soon);
  }

  rearm();
  const poll = setInterval(() => {
    rearm();
    look();
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
    // The folder is not there, or the system is out of watches: the poll goes on.
    return undefined;
  }
}
