import { ValuesError } from '../../src/values/index.ts';

/** The error that an action is refused with; fails the test when it is not refused by name. */
export function refusalOf(action: () => unknown): ValuesError {
  try {
    action();
  } catch (error) {
    if (error instanceof ValuesError) return error;
    throw error;
  }
  throw new Error('expected a ValuesError, but nothing was refused');
}
