import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { networkError, networkTransport } from '../../src/registry/transport.ts';
import { failureOf } from '../support/failure-of.ts';

const get = (url: string, foreign = false) => ({
  method: 'GET' as const,
  url: new URL(url),
  headers: {},
  foreign,
});

function transport() {
  const opened = networkTransport({ connectMs: 200, stallMs: 150 });
  onTestFinished(() => opened.close());
  return opened;
}

/** A peer that sends exactly this text and then stays silent. */
async function peer(says: string): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => undefined).write(says));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('the network', () => {
  test('fails if a peer is silent before or during its answer', async () => {
    const signal = AbortSignal.timeout(5000);
    const silent = await failureOf(transport().send(get(await peer('')), signal));
    expect([silent.code, silent.message]).toEqual(['network', expect.stringContaining('silent for 150 ms')]);
    const answer = await transport().send(
      get(await peer('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
      signal,
    );
    await expect(Array.fromAsync(answer.body)).rejects.toThrow();
  });

  test('does not connect to this machine if the name of another host resolves to it', async () => {
    const url = (await peer('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).replace(
      '127.0.0.1',
      'localhost',
    );
    const signal = AbortSignal.timeout(5000);
    expect((await failureOf(transport().send(get(url, true), signal))).code).toBe('address-refused');
    expect((await transport().send(get(url), signal)).status).toBe(200);
  });

  test.each([
    ['ECONNREFUSED', 'registry-unreachable'],
    ['ENOTFOUND', 'registry-unreachable'],
    ['ECONNRESET', 'network'],
    ['EPIPE', 'network'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'registry-refused'],
    ['CERT_HAS_EXPIRED', 'registry-refused'],
    ['EPROTO', 'registry-refused'],
  ])('%s is %s, reported without the query of the URL', (code, expected) => {
    const failure = networkError(
      get('https://host/path?token=secret'),
      Object.assign(new Error('x'), { code }),
    );
    expect(failure.code).toBe(expected);
    expect(failure.message).not.toContain('secret');
  });

  test('the remedy for a peer without TLS depends on its address', () => {
    const of = (url: string) =>
      networkError(get(url), Object.assign(new Error('x'), { code: 'EPROTO' })).message;
    expect(of('https://registry.example/v2/')).toContain('needs the option "insecure"');
    expect(of('https://localhost:5000/v2/')).toContain('leave out https://');
  });

  test('a passed deadline is reported by its message, not by its code', () => {
    const { message } = networkError(get('https://host/path'), new DOMException('too late', 'TimeoutError'));
    expect(message).toContain('was interrupted (too late)');
  });
});
