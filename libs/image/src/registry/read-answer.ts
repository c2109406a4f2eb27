import { collect } from '../disk/read-chunks.ts';
import { jsonLimit } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { networkError, type Answer, type Request } from './transport.ts';

/** Reads the document in an answer and its media type. @throws ImageError `registry-refused` */
export async function readAnswer(
  request: Request,
  answer: Answer,
): Promise<{ bytes: Buffer; mediaType: string }> {
  const place = `${request.url.host}${request.url.pathname}`;
  const bytes = await collect(withNetworkErrors(answer.body, request), jsonLimit, () => {
    return new ImageError('registry-refused', `${place} is larger than ${jsonLimit} bytes`, {
      value: place,
    });
  });
  return { bytes, mediaType: answer.headers['content-type']?.split(';')[0]?.trim() ?? '' };
}

/** Converts failures while a body is read into network errors. */
export async function* withNetworkErrors(
  body: AsyncIterable<Uint8Array>,
  request: Request,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw networkError(request, error as Error);
  }
}
