import { StackError } from '../error.ts';

/** Recorded answers to lookups, by function token. A function computes the answer from the arguments. */
export type Lookups = Readonly<
  Record<string, Record<string, unknown> | ((args: Record<string, unknown>) => Record<string, unknown>)>
>;

/**
 * Returns the recorded answer to a lookup.
 *
 * @throws {StackError} `lookup` if no answer is recorded: a guess would give a wrong graph
 */
export function answer(
  lookups: Lookups,
  token: string,
  args: Record<string, unknown>,
): Record<string, unknown> {
  const recorded = lookups[token];
  if (recorded === undefined) {
    throw new StackError(
      'lookup',
      `The program looks up ${token} in the cloud, and no answer is recorded. ` +
        `Record one in lookups.json beside Pulumi.yaml, or pass the value as configuration.`,
      { value: token },
    );
  }
  return typeof recorded === 'function' ? recorded(args) : recorded;
}
