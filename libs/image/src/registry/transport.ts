import { lookup as resolveName, type LookupAddress } from 'node:dns';
import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { collect, smallContent } from '../disk/chunks.ts';
import { ImageError } from '../error.ts';
import { addressClass, isReboundAddress } from './addresses.ts';
import { clientOf, joinPool, type ConnectionPool } from './connection-pool.ts';

/** One HTTP request. */
export interface Request {
  method: 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT';
  url: URL;
  headers: Record<string, string>;
  /** Bytes, or a source that is opened anew for each try. */
  body?: Uint8Array | { size: number; open(): Promise<AsyncIterable<Uint8Array>> };
  /** The host was named by the registry and not by the user: its name must not resolve to this machine. */
  foreign?: boolean;
}

/** The answer, its body still to be read. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** Sends requests; nothing in it knows what a registry is. Small enough to fake. */
export interface Transport {
  send(request: Request, signal: AbortSignal): Promise<Answer>;
  /** Requests sent so far. */
  requests(): number;
  /** To be called once: the last one to close ends the connections. */
  close(): void;
}

/** A peer that accepts no connection for this long, or is silent for this long in the middle, is given up. */
const networkLimits = { connectMs: 10_000, stallMs: 30_000 };

/** The only place of this library that touches the network. Connections are shared with all that are open. */
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

/** A small body as a whole, so that it goes out in one piece; a large one as a stream. */
async function openBody({ body }: Request): Promise<Readable | Uint8Array | undefined> {
  if (body === undefined || body instanceof Uint8Array) return body;
  const source = await body.open();
  if (body.size > smallContent) return Readable.from(source, { objectMode: false });
  return collect(source, smallContent, () => new Error('the body is longer than it was said to be'));
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
      // Whoever reads the body sees its failure; a body that nobody reads may fail unseen.
      response.on('error', () => undefined);
      // Answered before the body was sent: the rest of it is not wanted and the connection is spent.
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

/** What is under way, by the signal that ends it. */
const underWay = new WeakMap<AbortSignal, Set<(error: Error) => void>>();

/** One listener for each signal and not for each request, as Node's own `signal` has: that takes as long as the request. */
function failOnAbort(outgoing: ClientRequest, signal: AbortSignal, fail: (error: Error) => void): void {
  if (signal.aborted) return fail(signal.reason as Error);
  const failures = underWay.get(signal) ?? new Set();
  if (!underWay.has(signal)) {
    underWay.set(signal, failures);
    const failAll = () => failures.forEach((one) => one(signal.reason as Error));
    signal.addEventListener('abort', failAll, { once: true });
  }
  failures.add(fail);
  outgoing.on('close', () => failures.delete(fail));
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

/** A name that a registry gave may not turn out to be this machine or a metadata service. */
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

/** Says which of our errors a failed exchange is. Addresses are given without their query, which may hold a token. */
export function networkError(request: { method: string; url: URL }, error: Error): ImageError {
  if (error instanceof ImageError) return error;
  const { code: given } = error as { code?: unknown };
  const code = typeof given === 'string' ? given : ''; // that of a passed deadline is a number
  const place = `${request.method} ${request.url.origin}${request.url.pathname}`;
  const details = { value: request.url.host, cause: error };
  if (certificateCode.test(code)) {
    const remedy = 'name its authority in NODE_EXTRA_CA_CERTS';
    return new ImageError(
      'registry-refused',
      `${place}: certificate not trusted (${code}): ${remedy}`,
      details,
    );
  }
  if (code === 'EPROTO' || code === 'HPE_INVALID_CONSTANT') {
    const isHere = addressClass(request.url.hostname) === 'loopback';
    const remedy = isHere ? 'leave out https://' : 'a registry without https has to be named as insecure';
    return new ImageError(
      'registry-refused',
      `${place}: the peer speaks another protocol: ${remedy}`,
      details,
    );
  }
  if (unreachableCodes.has(code)) {
    return new ImageError(
      'registry-unreachable',
      `cannot reach ${request.url.host} (${code}): check the address, the network, and that the registry runs`,
      details,
    );
  }
  return new ImageError('network', `${place} broke off (${code || error.message}): run again`, details);
}
