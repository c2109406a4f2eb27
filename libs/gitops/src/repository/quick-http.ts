import type { Address } from './address.ts';
import type { Quick } from './quick-branch.ts';
import type { Settings } from './settings.ts';
import { FetchedObjects } from './wire/fetched-objects.ts';
import { StatelessSender } from './wire/stateless-sender.ts';

/** Variables by which people tell git how to reach others over HTTP, and how to trust them. */
const TOLD = /^(GIT_HTTP_.*|GIT_PROXY_.*|https?_proxy|all_proxy)$/i;
const TRUSTED = /^(GIT_SSL_.*|SSL_CERT_.*|CURL_CA_.*)$/i;

/** Settings that change nothing of what is said here. */
const HARMLESS = /^http\.(.+\.)?(lowspeedlimit|lowspeedtime|postbuffer|extraheader)$/;

/** How to talk over HTTP; undefined where git was told of a proxy, certificates or a helper for credentials. */
export async function httpWay(settings: Settings, address: Address): Promise<Quick | undefined> {
  const { url } = address;
  if (!/^https?:\/\/[^?#\s]+$/i.test(url)) return undefined;
  if (settings.matching(/^http\./).some(([key]) => !HARMLESS.test(key))) return undefined;
  const tls = /^https:/i.test(url);
  if (Object.keys(process.env).some((name) => TOLD.test(name) || (tls && TRUSTED.test(name))))
    return undefined;
  const headers = headersFor(settings, address);
  if (headers === undefined) return undefined;
  const { httpService } = await import('./wire/http-service.ts'); // Node's own takes a while to load, and a folder needs none
  const { reach, close } = httpService(url, headers);
  return { reach, objects: () => new FetchedObjects(new StatelessSender(reach)), close };
}

/** What lets one in: of the address, or of the settings. Undefined where a helper has to be asked. */
function headersFor(
  settings: Settings,
  { url, username, password }: Address,
): Record<string, string> | undefined {
  const given = settings.matching(/^http\.(.+\.)?extraheader$/).filter(([key]) => covers(scopeOf(key), url));
  const headers: Record<string, string> = {};
  for (const [, header] of given) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(header) ?? [];
    if (name === undefined || value === undefined) return undefined;
    headers[name.toLowerCase()] = value;
  }
  if (username !== undefined && password !== undefined) {
    headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
  if (headers['authorization']) return headers;
  const helpers = settings.matching(/^credential\.(.+\.)?helper$/).filter(([, helper]) => helper !== '');
  const asks = username !== undefined || helpers.some(([key]) => covers(scopeOf(key), url));
  return asks ? undefined : headers;
}

/** The addresses that a setting is for: `http.<address>.extraheader`. */
const scopeOf = (key: string): string => key.split('.').slice(1, -1).join('.');

/** Whether a setting for addresses that begin so is one for this address. */
const covers = (prefix: string, url: string): boolean =>
  prefix === '' || url === prefix || url.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
