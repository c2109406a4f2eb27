import type { BranchOptions } from './git-branch.ts';
import { addressOf, type Address } from './address.ts';
import type { Quick } from './quick-branch.ts';
import type { Settings } from './settings.ts';
import { FetchedObjects } from './wire/fetched-objects.ts';
import { folderObjects } from './wire/folder-objects.ts';
import { processService } from './wire/process-service.ts';

/** Variables by which people tell git how to reach others over HTTP, and how to trust them. */
const TOLD = /^(GIT_HTTP_.*|GIT_PROXY_.*|https?_proxy|all_proxy)$/i;
const TRUSTED = /^(GIT_SSL_.*|SSL_CERT_.*|CURL_CA_.*)$/i;

/** Settings that change nothing of what is said here. */
const HARMLESS = /^http\.(.+\.)?(lowspeedlimit|lowspeedtime|postbuffer|extraheader)$/;

/**
 * How to talk to a remote without git, where its address is a folder or HTTP and nothing that git was told needs git
 * itself: a proxy, certificates, a helper for credentials, a protocol, a program of the remote's.
 */
export async function quickWay(
  settings: Settings,
  remote: string,
  { cwd, safeFolders, signatures }: Pick<BranchOptions, 'cwd' | 'safeFolders' | 'signatures'>,
): Promise<Quick | undefined> {
  const [fetch, push] = [addressOf(settings, remote, 'fetch'), addressOf(settings, remote, 'push')];
  if (fetch === undefined || signatures.sign !== false) return undefined; // only git knows how to sign
  if (JSON.stringify(fetch) !== JSON.stringify(push)) return undefined;
  const special = settings
    .matching(/^(protocol\.|core\.gitproxy$|http\.)/)
    .filter(([key]) => !HARMLESS.test(key));
  const programs = ['uploadpack', 'receivepack', 'proxy'].map((name) =>
    settings.get(`remote.${remote}.${name}`),
  );
  if (special.length > 0 || programs.some((program) => program !== undefined)) return undefined;
  const folder = folderOf(fetch.url);
  if (folder !== undefined)
    return {
      reach: processService(folder, cwd, safeFolders),
      objects: () => folderObjects(folder, cwd, safeFolders),
      close: () => {},
    };
  if (!/^https?:\/\/[^?#\s]+$/i.test(fetch.url)) return undefined;
  const tls = /^https:/i.test(fetch.url);
  if (Object.keys(process.env).some((name) => TOLD.test(name) || (tls && TRUSTED.test(name))))
    return undefined;
  const headers = headersFor(settings, fetch);
  if (headers === undefined) return undefined;
  const { httpService } = await import('./wire/http-service.ts'); // Node's own takes a while to load, and a folder needs none
  const { reach, close } = httpService(fetch.url, headers);
  return { reach, objects: () => new FetchedObjects(reach), close };
}

/** A folder of this machine; undefined for other addresses, and where git would decode it first. */
function folderOf(url: string): string | undefined {
  if (url.includes('%')) return undefined;
  if (/^file:\/\/\//i.test(url)) return url.slice('file://'.length);
  const isPath = url.startsWith('/') || (!/^[^/]+:/.test(url) && url.includes('/'));
  return isPath ? url : undefined;
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
