import { ImageError } from '../error.ts';
import { withPush, type PushOptions, type PushResult } from './push-image.ts';

export interface PublishOptions extends Omit<PushOptions, 'to'> {
  /** Repositories, in the format of `pushImage`. */
  to: readonly string[];
}

/**
 * Pushes an image to several repositories in parallel. It succeeds only if the digest can be read from each
 * of them. If one push fails, the others are completed, and the next run sends only missing content. Invalid
 * repository or tag names are rejected before the first request.
 * @throws ImageError as `pushImage`, with the code of the first failure
 */
export async function publishImage({ to, ...options }: PublishOptions): Promise<PushResult[]> {
  if (to.length === 0) throw new ImageError('invalid-input', 'give at least one repository');
  const places = [...new Set(to)];
  const outcomes = await withPush(options, places, (push) => Promise.allSettled(places.map(push)));
  const results = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ place: places[index] ?? '', error: outcome.reason as unknown }] : [],
  );
  const [first] = failures;
  if (!first) return results;
  if (places.length === 1 || !(first.error instanceof ImageError)) throw first.error;
  const there = results.map(({ repository }) => repository).join(', ') || 'none';
  const reasons = failures.map(({ place, error }) => `${place}: ${(error as Error).message}`);
  throw new ImageError(
    first.error.code,
    `the image is in ${results.length} of ${places.length} repositories (${there}). ${reasons.join('. ')}`,
    { value: first.place, cause: first.error },
  );
}
