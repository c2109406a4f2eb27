import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A line for each stack that was applied in an environment and whose folder is gone. What it made is still in the
 * cloud: nothing is destroyed by deleting a folder.
 *
 * @param applied names of the stacks in the ledger
 * @param folder the folder of any stack of the same environment
 */
export function orphanLines(applied: Iterable<string>, folder: string): string[] {
  return [...applied]
    .filter((stack) => !existsSync(join(dirname(folder), stack, 'Pulumi.yaml')))
    .map(
      (stack) =>
        `${join(dirname(folder), stack)} is gone, and what it made is still in the cloud: an orphan.`,
    );
}
