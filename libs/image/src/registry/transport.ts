import { lookup as resolveName, type LookupAddress } from 'node:dns';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { collect, smallContent } from '../disk/read-chunks.ts';
import { ImageError } from '../error.ts';
import { addressClass, isReboundAddress } from './addresses.ts';
import { clientOf, joinPool, type ConnectionPool } from './connection-pool.ts';

/** One HTTP request. */
export interface Request {
  method: 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  /** Bytes, or a source that is opened again for each attempt. */
  body?: Uint8Array | { size: number; open(): Promise<AsyncIterable<Uint8Array>> };
  /** The host was given by the registry, not by the user, so its name must not resolve to this machine. */
  foreign?: boolean;
}

/** An answer whose body has not been read yet. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** Sends HTTP requests. Independent of registries, and small enough to fake. */
export interface Transport {
  send(request: Request, signal: AbortSignal): Promise<Answer>;
  /** The number of requests sent so far. */
  requests(): number;
  /** Leaves the connection pool. When the last transport is closed, the connections are closed. */
  close(): void;
}

/** A request fails if the peer does not accept the connection, or sends no data, for this long. */
const networkLimits = { connectMs: 10_000, stallMs: 30_000 };

/** The only function of this library that accesses the network. All open transports share connections. */
export function networkTransport(limits = networkLimits): Transport {
  const pool = joinPool();
  let count = 0;
  return {
    requests: () => count,
    close: () => pool.leave(),
    async send(request, signal) {
      count += 1;
      return exchange(request, await openBody(request), { pool, limits, signal });
    },
  };
}

/** A small body is collected and sent at once; a large body is streamed. */
async function openBody({ body }: Request): Promise<Readable | Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body;
  const source = await body.open();
  if (body.size > smallContent) return Readable.from(source, { objectMode: false });
  return collect(source, smallContent, () => new Error('the body is longer than its declared size'));
}

interface Wire {
  pool: ConnectionPool;
  limits: typeof networkLimits;
  signal: AbortSignal;
}

function exchange(request: Request, body: Readable | Uint8Array | undefined, wire: Wire): Promise<Answer> {
  const secure = request.url.protocol === 'https:';
  const outgoing = clientOf(secure).request(request.url, {
    method: request.method,
    agent: wire.pool.agent(secure, request.foreign === true),
    headers: { ...request.headers, 'content-length': String(sizeOf(request.body)) },
    ...(request.foreign ? { lookup: guardedLookup } : {}),
  });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      outgoing.destroy();
      if (body instanceof Readable) body.destroy();
      reject(networkError(request, error));
    };
    failOnAbort(outgoing, wire.signal, fail);
    limitConnect(outgoing, wire.limits.connectMs, fail);
    outgoing.setTimeout(wire.limits.stallMs, () => fail(new Error(`silent for ${wire.limits.stallMs} ms`)));
    outgoing.on('error', fail);
    outgoing.on('response', (response) => {
      // Failures of the body are thrown to its reader; without a reader they are ignored.
      response.on('error', () => undefined);
      // Answered before the body was sent: the rest is not sent, and the connection cannot be used again.
      if (body && !outgoing.writableFinished) response.on('end', () => outgoing.destroy());
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    if (body instanceof Readable) pipeline(body, outgoing, (error) => error && fail(error));
    else outgoing.end(body);
  });
}

function sizeOf(body: Request['body']): number {
  return body instanceof Uint8Array ? body.length : (body?.size ?? 0);
}

/** The abort handlers of running requests, by signal. */
const abortHandlers = new WeakMap<AbortSignal, Set<(error: Error) => void>>();

/** Adds one listener per signal. Node's `signal` adds one per request, which takes as long as the request. */
function failOnAbort(outgoing: ClientRequest, signal: AbortSignal, fail: (error: Error) => void): void {
  if (signal.aborted) return fail(signal.reason as Error);
  const handlers = abortHandlers.get(signal) ?? new Set();
  if (!abortHandlers.has(signal)) {
    abortHandlers.set(signal, handlers);
    const failAll = () => handlers.forEach((one) => one(signal.reason as Error));
    signal.addEventListener('abort', failAll, { once: true });
  }
  handlers.add(fail);
  outgoing.on('close', () => handlers.delete(fail));
}

function limitConnect(outgoing: ClientRequest, connectMs: number, fail: (error: Error) => void): void {
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => fail(unreachable(`no connection within ${connectMs} ms`)), connectMs);
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}

function unreachable(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

/** A host name from a registry must not resolve to this machine or a metadata service. */
const guardedLookup: LookupFunction = (name, options, done) => {
  resolveName(name, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const bad = addresses?.find(({ address }) => isReboundAddress(address));
    const refused =
      bad && new ImageError('address-refused', `${name} resolves to ${bad.address}`, { value: name });
    if (error || refused) return done(error ?? refused ?? null, []);
    return options.all
      ? done(null, addresses)
      : done(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};

const unreachableCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** Converts a failed request into an `ImageError`. Omits the query of the URL, which may hold a token. */
export function networkError(request: { method: string; url: URL }, error: Error): ImageError {
  if (error instanceof ImageError) return error;
  const { code: given } = error as { code?: unknown };
  const code = typeof given === 'string' ? given : ''; // the code of a passed deadline is a number
  const place = `${request.method} ${request.url.origin}${request.url.pathname}`;
  const details = { value: request.url.host, cause: error };
  if (certificateCode.test(code)) {
    const remedy = 'add its certificate authority to NODE_EXTRA_CA_CERTS';
    return new ImageError(
      'registry-refused',
      `${place}: certificate not trusted (${code}): ${remedy}`,
      details,
    );
  }
  if (code === 'EPROTO' || code === 'HPE_INVALID_CONSTANT') {
    const isHere = addressClass(request.url.hostname) === 'loopback';
    const remedy = isHere ? 'leave out https://' : 'a registry without https needs the option "insecure"';
    return new ImageError('registry-refused', `${place}: the peer uses another protocol: ${remedy}`, details);
  }
  if (unreachableCodes.has(code)) {
    return new ImageError(
      'registry-unreachable',
      `cannot reach ${request.url.host} (${code}): check the address, the network, and that the registry runs`,
      details,
    );
  }
  return new ImageError('network', `${place} was interrupted (${code || error.message}): run again`, details);
}
