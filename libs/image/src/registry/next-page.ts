import { ImageError } from '../error.ts';
import { resolveHop } from './session.ts';

/** Where a list goes on (RFC 8288). A list has no business on another host, so no request is made there. */
export function nextPage(page: URL, link: string | string[] | undefined): URL | undefined {
  const found = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec([link ?? []].flat().join(', '))?.[1];
  if (found === undefined) return undefined;
  const next = resolveHop(page, found);
  if (next.origin === page.origin && !next.username && !next.password) return next;
  throw new ImageError(
    'address-refused',
    `${page.host} continues a list at ${next.origin}; nothing was sent there. Check the registry's configuration`,
    { value: next.origin },
  );
}
