import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A received request. */
export interface Seen {
  method: string;
  /** Without query. */
  path: string;
  query: URLSearchParams;
  authorization: string | undefined;
  /** `Content-Range` of a chunk. */
  range?: string | undefined;
  /** Bytes of the body. */
  bytes: number;
}

/** A failure instead of, or after, the normal answer. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: string }
  /** The connection breaks while the request body is received. */
  | 'reset'
  /** The request is processed, but the answer is not sent. */
  | 'lost-answer'
  /** Half of the answer is sent, then the connection is reset. */
  | 'truncate'
  /** Silence for half a second, then a reset. */
  | 'stall'
  /** No answer at all. */
  | 'silence';

export interface FakeRegistryOptions {
  auth?: { scheme: 'basic' | 'bearer'; user: string; password: string; realm?: string };
  immutableTags?: boolean;
  /** If given, all other repositories answer 404. */
  repositories?: string[];
  /** Omits `Docker-Content-Digest`, like old registries. */
  withoutDigestHeader?: boolean;
  /** URL of uploads. @default relative */
  uploadLocation?: (path: string) => string;
  /** The status that refuses an upload in one request. */
  wholeUploads?: 405 | 413;
  /** Uploads in chunks: the status of PATCH, and whether chunks after the first are lost (as in ECR). */
  pieces?: { status?: 201 | 202 | 204; onlyFirst?: boolean; minimum?: number };
  /** Refuses manifests that name a subject, as ECR did (containers-roadmap #2783). */
  refusesSubjects?: boolean;
  /** The token service grants only the first requested scope. */
  onlyFirstScope?: boolean;
  /** Serves the referrers API of distribution-spec 1.1. @default 404, as distribution 2.8 answers */
  referrersApi?: boolean;
  /** Mounts blobs across repositories, starts an upload instead (202), or refuses. @default 202 */
  mounts?: 201 | 202 | 401 | 404;
  /** Sends ETags of tags and checks `If-Match`. @default no */
  etags?: boolean;
  /** Entries per page of a list. @default all */
  pageSize?: number;
  /** URL of the next page. @default relative */
  nextPage?: (path: string) => string;
  /** Called before each request. */
  fault?: (seen: Omit<Seen, 'bytes'>) => Fault | undefined;
}

export interface FakeRegistry {
  host: string;
  origin: string;
  blobs: Map<string, Buffer>;
  /** By repository and digest or tag: `app@sha256:…`, `app:tag`. */
  manifests: Map<string, { mediaType: string; bytes: Buffer }>;
  seen: Seen[];
  /** Started uploads in chunks. */
  uploads: Map<string, Buffer>;
  /** Valid tokens and their scopes. Clear it to let all of them expire. */
  tokens: Map<string, readonly string[]>;
  options: FakeRegistryOptions;
  close(): Promise<void>;
}

/** A registry in this process: the parts of the OCI distribution-spec 1.1 for push and pull by digest. */
export async function fakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    const { socket } = request;
    void handle(registry, request, response).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry: FakeRegistry = {
    host,
    origin: `http://${host}`,
    blobs: new Map(),
    manifests: new Map(),
    seen: [],
    uploads: new Map(),
    tokens: new Map(),
    options,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  onTestFinished(() => registry.close());
  return registry;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

async function handle(
  registry: FakeRegistry,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', registry.origin);
  const method = request.method ?? '';
  const { authorization, 'content-range': range } = request.headers;
  const seen: Seen = {
    method,
    path: url.pathname,
    query: url.searchParams,
    authorization,
    range,
    bytes: 0,
  };
  registry.seen.push(seen);
  const fault = registry.options.fault?.(seen);
  if (fault === 'silence') return;
  if (fault === 'stall') return void (await delay(500), request.socket.destroy());
  const body = await readBody(request, seen, fault === 'reset');
  if (typeof fault === 'object') return send(response, fault);
  const reply = route(registry, seen, url, request, body);
  if (fault === 'lost-answer') return void request.socket.destroy();
  if (fault === 'truncate') return truncate(response, reply);
  send(response, method === 'HEAD' ? { ...reply, body: '' } : reply);
}

async function readBody(request: IncomingMessage, seen: Seen, breakOff: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) {
    seen.bytes += part.length;
    parts.push(part);
    if (breakOff) break;
  }
  if (breakOff) throw new Error('reset');
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
  response.writeHead(status, headers).end(body);
}

function truncate(response: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length + 1) });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

function route(registry: FakeRegistry, seen: Seen, url: URL, request: IncomingMessage, body: Buffer): Reply {
  if (url.pathname === '/token') return issueToken(registry, seen);
  const denied = challenge(registry, seen);
  if (denied) return denied;
  const parts = /^\/v2\/(.+?)\/(blobs\/uploads|blobs|manifests|tags|referrers)\/(.*)$/.exec(url.pathname);
  const [, name = '', kind = '', reference = ''] = parts ?? [];
  const known = registry.options.repositories;
  if (known && !known.includes(name)) return refusal(404, 'NAME_UNKNOWN');
  if (kind === 'blobs/uploads') return upload(registry, seen, name, url, body);
  if (kind === 'blobs') return found(registry, reference, registry.blobs.get(`${name}@${reference}`));
  if (kind === 'tags') return tagList(registry, name, url);
  if (kind === 'referrers') return referrers(registry, name, reference);
  return manifest(registry, seen, name, reference, request, body);
}

function tagList(registry: FakeRegistry, name: string, url: URL): Reply {
  const { pageSize = 1000, nextPage = (path: string) => path } = registry.options;
  const keys = [...registry.manifests.keys()].filter((key) => key.startsWith(`${name}:`));
  const tags = keys.map((key) => key.slice(name.length + 1)).sort();
  const from = tags.findIndex((tag) => tag > (url.searchParams.get('last') ?? ''));
  const page = from === -1 ? [] : tags.slice(from, from + pageSize);
  const next = nextPage(`/v2/${name}/tags/list?n=${pageSize}&last=${page.at(-1)}`);
  const more = page.length > 0 && tags.at(-1) !== page.at(-1);
  return {
    status: keys.length === 0 ? 404 : 200,
    headers: { 'content-type': 'application/json', ...(more ? { link: `<${next}>; rel="next"` } : {}) },
    body: JSON.stringify({ name, tags: page }),
  };
}

function referrers(registry: FakeRegistry, name: string, subject: string): Reply {
  if (!registry.options.referrersApi) return { status: 404, body: '404 page not found' };
  const found = [...registry.manifests]
    .filter(([key]) => key.startsWith(`${name}@`))
    .map(([, { mediaType, bytes }]) => ({ mediaType, bytes, content: JSON.parse(bytes.toString()) }))
    .filter(({ content }) => content.subject?.digest === subject)
    .map(({ mediaType, bytes, content: { artifactType } }) => {
      return { mediaType, digest: digestOf(bytes), size: bytes.length, artifactType };
    });
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return {
    status: 200,
    headers: { 'content-type': mediaType },
    body: JSON.stringify({ schemaVersion: 2, mediaType, manifests: found }),
  };
}

function upload(registry: FakeRegistry, seen: Seen, name: string, url: URL, body: Buffer): Reply {
  if (seen.method === 'POST') {
    const mounted = mount(registry, name, url);
    if (mounted) return mounted;
    const path = `/v2/${name}/blobs/uploads/${randomUUID()}?state=secret-state`;
    const { pieces, uploadLocation } = registry.options;
    const minimum = pieces?.minimum ? { 'oci-chunk-min-length': String(pieces.minimum) } : {};
    return { status: 202, headers: { location: uploadLocation?.(path) ?? path, ...minimum } };
  }
  if (seen.method === 'PATCH') return piece(registry, seen, url, body);
  const { wholeUploads } = registry.options;
  if (wholeUploads && body.length > 0) return { status: wholeUploads, body: '<html>no</html>' };
  body = Buffer.concat([registry.uploads.get(seen.path) ?? Buffer.alloc(0), body]);
  const digest = url.searchParams.get('digest') ?? '';
  if (digestOf(body) !== digest) return refusal(400, 'DIGEST_INVALID');
  registry.blobs.set(`${name}@${digest}`, body);
  return { status: 201, headers: { 'docker-content-digest': digest } };
}

function piece(registry: FakeRegistry, { path, range }: Seen, url: URL, body: Buffer): Reply {
  const { status = 202, onlyFirst = false } = registry.options.pieces ?? {};
  const before = registry.uploads.get(path) ?? Buffer.alloc(0);
  if (range !== `${before.length}-${before.length + body.length - 1}` && !onlyFirst) return { status: 416 };
  if (before.length === 0 || !onlyFirst) registry.uploads.set(path, Buffer.concat([before, body]));
  return { status, headers: { location: `${url.pathname}${url.search}` } };
}

/** The answer to a mount. Returns undefined to continue as a normal upload. */
function mount(registry: FakeRegistry, name: string, { searchParams }: URL): Reply | undefined {
  const [digest, { mounts = 202 }] = [searchParams.get('mount'), registry.options];
  if (digest === null || mounts === 202) return undefined;
  if (mounts !== 201) return refusal(mounts, 'DENIED');
  const blob = registry.blobs.get(`${searchParams.get('from')}@${digest}`);
  if (!blob) return undefined;
  registry.blobs.set(`${name}@${digest}`, blob);
  return { status: 201, headers: { 'docker-content-digest': digest } };
}

function manifest(
  registry: FakeRegistry,
  seen: Seen,
  name: string,
  reference: string,
  request: IncomingMessage,
  body: Buffer,
): Reply {
  const key = reference.startsWith('sha256:') ? `${name}@${reference}` : `${name}:${reference}`;
  if (seen.method !== 'PUT') {
    const kept = registry.manifests.get(key);
    const reply = found(registry, kept ? digestOf(kept.bytes) : '', kept?.bytes, kept?.mediaType);
    const etag = kept && registry.options.etags ? { etag: `"${digestOf(kept.bytes)}"` } : {};
    return { ...reply, headers: { ...reply.headers, ...etag } };
  }
  const [condition, now] = [request.headers['if-match'], registry.manifests.get(key)];
  if (registry.options.etags && condition && condition !== `"${now && digestOf(now.bytes)}"`)
    return refusal(412, 'PRECONDITION_FAILED');
  const digest = digestOf(body);
  if (reference.startsWith('sha256:') && digest !== reference) return refusal(400, 'DIGEST_INVALID');
  if (missing(registry, name, body)) return refusal(400, 'MANIFEST_BLOB_UNKNOWN');
  if (registry.options.refusesSubjects && JSON.parse(body.toString()).subject)
    return refusal(405, 'UNSUPPORTED');
  // ECR refuses an existing immutable tag even with the same digest.
  const isTag = !reference.startsWith('sha256:');
  if (registry.options.immutableTags && isTag && registry.manifests.has(key))
    return refusal(400, 'TAG_INVALID');
  const kept = { mediaType: request.headers['content-type'] ?? '', bytes: body };
  registry.manifests.set(key, kept).set(`${name}@${digest}`, kept);
  return { status: 201, headers: { 'docker-content-digest': digest } };
}

/** Whether a manifest names blobs that the registry does not have. */
function missing(registry: FakeRegistry, name: string, body: Buffer): boolean {
  const { manifests = [], config, layers = [] } = JSON.parse(body.toString());
  const blobs = config ? [config, ...layers] : [];
  return (
    blobs.some(({ digest }: { digest: string }) => !registry.blobs.has(`${name}@${digest}`)) ||
    manifests.some(({ digest }: { digest: string }) => !registry.manifests.has(`${name}@${digest}`))
  );
}

function found(
  registry: FakeRegistry,
  digest: string,
  bytes?: Buffer,
  mediaType = 'application/octet-stream',
): Reply {
  if (!bytes) return refusal(404, 'NOT_FOUND');
  const header = registry.options.withoutDigestHeader ? {} : { 'docker-content-digest': digest };
  return { status: 200, headers: { 'content-type': mediaType, ...header }, body: bytes };
}

function challenge(registry: FakeRegistry, { authorization, path }: Seen): Reply | undefined {
  const { auth } = registry.options;
  if (!auth) return undefined;
  if (auth.scheme === 'basic') {
    if (authorization === basicOf(auth)) return undefined;
    return { ...refusal(401, 'UNAUTHORIZED'), headers: { 'www-authenticate': 'Basic realm="fake"' } };
  }
  const scopes = registry.tokens.get(authorization?.slice('Bearer '.length) ?? '');
  const first = !registry.options.onlyFirstScope || path.startsWith(`/v2/${scopes?.[0]?.split(':')[1]}/`);
  if (scopes && first) return undefined;
  const realm = auth.realm ?? `${registry.origin}/token`;
  return {
    ...refusal(401, 'UNAUTHORIZED'),
    headers: { 'www-authenticate': `Bearer realm="${realm}",service="fake"` },
  };
}

function issueToken(registry: FakeRegistry, { authorization, query }: Seen): Reply {
  const { auth } = registry.options;
  if (auth && authorization !== basicOf(auth)) return refusal(401, 'UNAUTHORIZED');
  const token = randomUUID();
  registry.tokens.set(token, query.getAll('scope'));
  return { status: 200, body: JSON.stringify({ token }) };
}

function basicOf({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function refusal(status: number, code: string): Reply {
  return { status, body: JSON.stringify({ errors: [{ code, message: 'free text of the registry' }] }) };
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
