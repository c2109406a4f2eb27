/** Parallel uploads, as many as in go-containerregistry. */
const concurrency = 4;

/** Runs work on items in parallel. After a failure it starts no more work and cancels and awaits the rest. */
export async function inParallel<T>(
  items: readonly T[],
  cancel: () => void,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(next).catch((error: unknown) => {
        failures.push(error);
        queue.length = 0;
        cancel();
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  // The first failure is the cause; the others result from the cancellation.
  if (failures.length > 0) throw failures[0];
}
