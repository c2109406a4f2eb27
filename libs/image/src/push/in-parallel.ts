/** Uploads at the same time; go-containerregistry's figure. */
const lanes = 4;

/** After a failure nothing new is begun, what is under way is cancelled, and nothing is left running behind. */
export async function inParallel<T>(
  items: readonly T[],
  cancel: () => void,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await work(next).catch((error: unknown) => {
        failures.push(error);
        queue.length = 0;
        cancel();
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  // The first failure is the reason; the others follow from the cancelling.
  if (failures.length > 0) throw failures[0];
}
