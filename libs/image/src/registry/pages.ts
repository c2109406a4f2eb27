import { ImageError } from '../error.ts';
import { mediaTypes } from '../oci/schemas.ts';
import { answerError } from './answer-error.ts';
import { readAnswer } from './read-answer.ts';
import { resolveRedirect } from './session.ts';
import type { Answer, Request } from './transport.ts';

/** More pages are refused, because a hostile list could be endless. */
const pageLimit = 1000;

/** One page of a list. */
export interface Page {
  bytes: Buffer;
  mediaType: string;
}

/**
 * Reads the pages of a list.
 * @param absent statuses that mean that the list does not exist
 * @throws ImageError `address-refused` if a `Link` points to another host
 */
export async function* readPages(
  first: Request,
  absent: readonly number[],
  send: (request: Request) => Promise<Answer>,
  retry: <T>(attempt: () => Promise<T>) => Promise<T>,
): AsyncGenerator<Page> {
  let url: URL | undefined = first.url;
  for (let count = 0; url; count++) {
    if (count === pageLimit) {
      throw new ImageError('registry-refused', `${first.url.href} has more than ${pageLimit} pages`, {
        value: first.url.host,
      });
    }
    const headers = { accept: `${mediaTypes.index}, application/json` };
    const request: Request = { ...first, url, headers };
    const page = await retry(async () => {
      const answer = await send(request);
      if (absent.includes(answer.status)) return void answer.body.resume();
      if (answer.status !== 200) throw await answerError(request, answer);
      return { ...(await readAnswer(request, answer)), link: answer.headers.link };
    });
    if (!page) return;
    yield { bytes: page.bytes, mediaType: page.mediaType };
    url = nextPage(request.url, page.link);
  }
}

/** The URL of the next page (RFC 8288). Other hosts are refused. */
function nextPage(page: URL, link: string | string[] | undefined): URL | undefined {
  const found = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec([link ?? []].flat().join(', '))?.[1];
  if (found === undefined) return undefined;
  const next = resolveRedirect(page, found);
  if (next.origin === page.origin && !next.username && !next.password) return next;
  throw new ImageError(
    'address-refused',
    `${page.host} continues a list at ${next.origin}; no request was sent there. Check the registry's configuration`,
    { value: next.origin },
  );
}
