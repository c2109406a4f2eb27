import { ImageError } from '../../src/error.ts';

/** The `ImageError` that work ends with; anything else is a failed test. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<ImageError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof ImageError) return error;
    throw error;
  }
  throw new Error('expected a failure, but the work succeeded');
}
