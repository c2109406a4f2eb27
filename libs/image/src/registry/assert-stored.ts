import { ImageError } from '../error.ts';
import { answerError } from './answer-error.ts';
import type { Answer, Request } from './transport.ts';

/** The digest in a registry's answer. */
export function contentDigest(answer: Answer): string | undefined {
  const header = answer.headers['docker-content-digest'];
  return typeof header === 'string' ? header : undefined;
}

/** Checks that the registry stored the content under this digest. */
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
    `${host} answered with ${found.slice(0, 100)} instead of ${expected}: do not trust this registry`,
    { value: expected },
  );
}
