import { ImageError } from '../error.ts';
import { answerError } from './answer-error.ts';
import type { Answer, Request } from './transport.ts';

/** The digest that a registry names in its answer. */
export function contentDigest(answer: Answer): string | undefined {
  const header = answer.headers['docker-content-digest'];
  return typeof header === 'string' ? header : undefined;
}

/** Fails unless content was stored, under the digest that was meant. */
export async function assertStored(request: Request, answer: Answer, digest: string): Promise<void> {
  if (answer.status !== 201 && answer.status !== 204) throw await answerError(request, answer);
  answer.body.resume();
  assertSame(contentDigest(answer) ?? digest, digest, request.url.host);
}

/** @throws ImageError `digest-mismatch` */
export function assertSame(found: string, expected: string, host: string): string {
  if (found === expected) return found;
  throw new ImageError(
    'digest-mismatch',
    `${host} says ${found.slice(0, 100)} where ${expected} was asked for: do not trust this registry`,
    { value: expected },
  );
}
