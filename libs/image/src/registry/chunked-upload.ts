import { evenChunks } from '../disk/chunks.ts';
import { ImageError } from '../error.ts';
import { answerError } from './answer-error.ts';
import { resolveRedirect } from './session.ts';
import type { Answer, Request } from './transport.ts';

/** Statuses with which a registry, or a proxy before it, says that it takes no upload in one piece. */
export const tooLargeAtOnce: ReadonlySet<number> = new Set([405, 411, 413, 415, 501]);

/** Bytes of a piece: below the body limits of common proxies (Cloudflare's is 100 MB), few round trips. */
const pieceSize = 16 * 1024 * 1024;

/**
 * Sends a blob in pieces (distribution-spec 1.1, "Pushing a blob in chunks"): a PATCH each, and the PUT that names
 * the digest. Only where one piece is refused: ECR loses every piece but the first.
 * @param begun where the registry wants the first piece
 * @returns the PUT that was sent, and its answer
 */
export async function uploadInPieces(
  send: (request: Request) => Promise<Answer>,
  begun: { location: URL; minimum: number },
  content: AsyncIterable<Uint8Array>,
  digest: string,
): Promise<{ request: Request; answer: Answer }> {
  let [location, sent] = [begun.location, 0];
  for await (const piece of evenChunks(content, Math.max(pieceSize, begun.minimum))) {
    const request = patch(location, sent, piece);
    const answer = await send(request);
    // 202 by the specification; 201 and 204 are seen, too. A piece that is out of order (416) starts all over.
    if (answer.status === 416) throw outOfOrder(request);
    if (![201, 202, 204].includes(answer.status)) throw await answerError(request, answer);
    answer.body.resume();
    location = resolveRedirect(location, answer.headers.location ?? location.href);
    sent += piece.length;
  }
  const request: Request = { method: 'PUT', url: completion(location, digest), headers: {} };
  return { request, answer: await send(request) };
}

/** Where an upload ends: the address that the registry gave, kept as it is written, and the digest. */
export function completion(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search += `${url.search ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  return url;
}

function patch(url: URL, from: number, piece: Buffer): Request {
  const headers = {
    'content-type': 'application/octet-stream',
    'content-range': `${from}-${from + piece.length - 1}`,
  };
  return { method: 'PATCH', url, headers, body: piece };
}

function outOfOrder({ url }: Request): ImageError {
  return new ImageError('network', `${url.host} lost a piece of an upload (416): run again`, {
    value: url.host,
  });
}
