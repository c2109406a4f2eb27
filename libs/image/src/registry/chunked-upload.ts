import { evenChunks } from '../disk/read-chunks.ts';
import { ImageError } from '../error.ts';
import { answerError } from './answer-error.ts';
import { resolveRedirect } from './session.ts';
import type { Answer, Request } from './transport.ts';

/** Statuses with which a registry or its proxy refuses an upload in one request. */
export const singleUploadRefused: ReadonlySet<number> = new Set([405, 411, 413, 415, 501]);

/** Bytes per chunk: below the body limits of common proxies (Cloudflare: 100 MB), with few round trips. */
const chunkSize = 16 * 1024 * 1024;

/**
 * Sends a blob in chunks (distribution-spec 1.1, "Pushing a blob in chunks"): one PATCH per chunk, then a PUT
 * with the digest. Used only if an upload in one request is refused: ECR loses all but the first chunk.
 * @param begun the URL for the first chunk, and the registry's minimum size of a chunk
 * @returns the PUT request and its answer
 */
export async function uploadInChunks(
  send: (request: Request) => Promise<Answer>,
  begun: { location: URL; minimum: number },
  content: AsyncIterable<Uint8Array>,
  digest: string,
): Promise<{ request: Request; answer: Answer }> {
  let [location, sent] = [begun.location, 0];
  for await (const chunk of evenChunks(content, Math.max(chunkSize, begun.minimum))) {
    const request = patch(location, sent, chunk);
    const answer = await send(request);
    // The specification says 202; some registries send 201 or 204. After 416 (wrong order) it starts again.
    if (answer.status === 416) throw outOfOrder(request);
    if (![201, 202, 204].includes(answer.status)) throw await answerError(request, answer);
    answer.body.resume();
    location = resolveRedirect(location, answer.headers.location ?? location.href);
    sent += chunk.length;
  }
  const request: Request = { method: 'PUT', url: completion(location, digest), headers: {} };
  return { request, answer: await send(request) };
}

/** The URL of the final PUT: the registry's URL without changes, plus the digest. */
export function completion(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search += `${url.search ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  return url;
}

function patch(url: URL, from: number, chunk: Buffer): Request {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-range': `${from}-${from + chunk.length - 1}`,
  };
  return { method: 'PATCH', url, headers, body: chunk };
}

function outOfOrder({ url }: Request): ImageError {
  return new ImageError('network', `${url.host} lost a chunk of an upload (416): run again`, {
    value: url.host,
  });
}
