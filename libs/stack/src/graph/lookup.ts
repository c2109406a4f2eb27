import { StackError } from '../error.ts';

/** Recorded answers to what a program asks the cloud, by function token; a function sees the question. */
export type Lookups = Readonly<
  Record<string, Record<string, unknown> | ((question: Record<string, unknown>) => Record<string, unknown>)>
>;

/**
 * The recorded answer to a question.
 *
 * @throws {StackError} `lookup` when there is none: a guess would make a graph that is not true
 */
export function answer(
  lookups: Lookups,
  token: string,
  question: Record<string, unknown>,
): Record<string, unknown> {
  const recorded = lookups[token];
  if (recorded === undefined) {
    throw new StackError(
      'lookup',
      `The program asks the cloud for ${token}, and no answer is recorded. ` +
        `Record one in lookups.json beside Pulumi.yaml, or pass the fact as configuration.`,
      { value: token },
    );
  }
  return typeof recorded === 'function' ? recorded(question) : recorded;
}
