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

/** A peer that says exactly this, and then nothing more. */
async function peer(says: string): Promise<string> {
  const server = createServer((socket) => void socket.on('error', () => undefined).write(says));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

describe('the network', () => {
  test('gives up a peer that is silent, before its answer or in the middle of it', async () => {
    const signal = AbortSignal.timeout(5000);
    const silent = await failureOf(transport().send(get(await peer('')), signal));
    expect([silent.code, silent.message]).toEqual(['network', expect.stringContaining('silent for 150 ms')]);
    const answer = await transport().send(
      get(await peer('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')),
      signal,
    );
    await expect(Array.fromAsync(answer.body)).rejects.toThrow();
  });

  test('does not connect to this machine when another host’s name leads there', async () => {
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
  ])('%s is %s, named without the address’s query', (code, expected) => {
    const failure = networkError(
      get('https://host/path?token=secret'),
      Object.assign(new Error('x'), { code }),
    );
    expect(failure.code).toBe(expected);
    expect(failure.message).not.toContain('secret');
  });

  test('a peer that speaks no TLS: how to name it depends on where it is', () => {
    const of = (url: string) =>
      networkError(get(url), Object.assign(new Error('x'), { code: 'EPROTO' })).message;
    expect(of('https://registry.example/v2/')).toContain('needs the option "insecure"');
    expect(of('https://localhost:5000/v2/')).toContain('leave out https://');
  });

  test('a passed deadline is told in words, not by its number', () => {
    const { message } = networkError(get('https://host/path'), new DOMException('too late', 'TimeoutError'));
    expect(message).toContain('was interrupted (too late)');
  });
});
