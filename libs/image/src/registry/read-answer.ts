import { collect } from '../disk/chunks.ts';
import { jsonLimit } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { networkError, type Answer, type Request } from './transport.ts';

/** Reads a document that an answer carries, and what it is said to be. @throws ImageError `registry-refused` */
export async function readAnswer(
  request: Request,
  answer: Answer,
): Promise<{ bytes: Buffer; mediaType: string }> {
  const place = `${request.url.host}${request.url.pathname}`;
  const bytes = await collect(namedErrors(answer.body, request), jsonLimit, () => {
    return new ImageError('registry-refused', `${place} is larger than ${jsonLimit} bytes`, {
      value: place,
    });
  });
  return { bytes, mediaType: answer.headers['content-type']?.split(';')[0]?.trim() ?? '' };
}

/** Failures while a body is read are the network's, too. */
export async function* namedErrors(
  body: AsyncIterable<Uint8Array>,
  request: Request,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkError(request, error as Error);
  }
}
