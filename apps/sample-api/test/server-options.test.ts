import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { buildTestApp } from './build-test-app.ts';
import { connectRaw, trickle, type RawClient } from './raw-client.ts';
import { eventually } from './eventually.ts';

async function listen(app: Pick<FastifyInstance, 'listen' | 'server'>): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** One client of each slow kind: idle, slow headers, slow body. */
async function slowClients(port: number): Promise<Record<string, RawClient>> {
  const [idle, headers, body] = await Promise.all([connectRaw(port), connectRaw(port), connectRaw(port)]);
  headers.socket.write('GET /healthz HTTP/1.1\r\nHost: here\r\nX-Slow: ');
  trickle(headers.socket);
  body.socket.write(
    'POST /v1/messages HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
  );
  trickle(body.socket);
  return { idle, headers, body };
}

async function closedWithin(clients: Record<string, RawClient>, ms: number) {
  const entries = Object.entries(clients).map(
    async ([name, one]) => [name, await one.closedWithin(ms)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

test('slow clients are disconnected in time while others are served; without these options none is', async () => {
  const app = await buildTestApp({ HEADERS_TIMEOUT_MS: '300', REQUEST_TIMEOUT_MS: '800' });
  const port = await listen(app);
  const bare = fastify();
  onTestFinished(() => {
    bare.server.closeAllConnections();
    return bare.close();
  });
  const control = await slowClients(await listen(bare));

  const slow = await slowClients(port);
  const meanwhile = await fetch(`http://127.0.0.1:${port}/healthz`);
  expect(meanwhile.status).toBe(200);

  const closed = await closedWithin(slow, 2900);
  expect(closed).toEqual({ idle: true, headers: true, body: true });
  expect(slow.headers?.received()).toMatch(/^HTTP\/1.1 408 /);
  expect(slow.body?.received()).toMatch(/^HTTP\/1.1 408 /);
  expect(await closedWithin(control, 50)).toEqual({ idle: false, headers: false, body: false });
});

test('a connection above the limit is refused until another one ends', async () => {
  const app = await buildTestApp({ MAX_CONNECTIONS: '2' });
  const port = await listen(app);
  const [first] = [await connectRaw(port), await connectRaw(port)];
  const third = await connectRaw(port);
  expect(await third.closedWithin(1000)).toBe(true);

  first.socket.destroy();
  await eventually(async () => {
    const next = await connectRaw(port);
    next.socket.write('GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n');
    await next.closedWithin(500);
    expect(next.received()).toMatch(/^HTTP\/1.1 200 /);
  });
});

const SMUGGLED = 'GET /v1/keys HTTP/1.1\r\nHost: here\r\n\r\n';
const POST = 'POST /v1/messages HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n';

const AMBIGUOUS = [
  [
    'a length and chunks',
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['two lengths', `${POST}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
  ['a length with a sign', `${POST}Content-Length: +4\r\n\r\n${SMUGGLED}`],
  ['a coding that is almost chunked', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'a header on a folded line',
    `${POST}X-A: b\r\n\tTransfer-Encoding: chunked\r\n Content-Length: 4\r\n\r\n${SMUGGLED}`,
  ],
  ['a blank before the colon', `${POST}Content-Length : 4\r\n\r\n${SMUGGLED}`],
  ['lines that end in LF alone', `GET /healthz HTTP/1.1\nHost: here\nContent-Length: 4\n\n${SMUGGLED}`],
  [
    'a chunk size that is not a number',
    `${POST}Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['no host', `GET /healthz HTTP/1.1\r\n\r\n${SMUGGLED}`],
  [
    'headers of 17 KiB',
    `GET /healthz HTTP/1.1\r\nHost: here\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n${SMUGGLED}`,
  ],
] as const;

test('an ambiguous request is refused, and no second request is parsed from it', async () => {
  const port = await listen(await buildTestApp());
  for (const [what, bytes] of AMBIGUOUS) {
    const client = await connectRaw(port);
    client.socket.write(bytes);
    expect(await client.closedWithin(2000), what).toBe(true);
    expect(client.received(), what).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(client.received().match(/HTTP\/1.1 /g), what).toHaveLength(1);
  }
});
