import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Credentials } from '../../src/registry/docker-credentials.ts';
import { bodyOf } from '../support/body-of.ts';
import { openSession } from '../../src/registry/session.ts';
import type { Request, Transport } from '../../src/registry/transport.ts';
import { failureOf } from '../support/failure-of.ts';

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}
interface Sent {
  origin: string;
  authorization: string | undefined;
  method: string;
  body: string;
}

const secret = 'hunter2';
const basic = `Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`;

/** A session whose requests are recorded and answered by a script. */
function scripted(
  script: (request: Request) => Reply,
  credentials: Credentials = { kind: 'password', user: 'ci', password: secret },
) {
  const sent: Sent[] = [];
  const transport: Transport = {
    requests: () => sent.length,
    close: () => undefined,
    async send(request) {
      const sentBody = await bodyOf(request);
      const { headers, url, method } = request;
      sent.push({
        origin: url.origin,
        authorization: headers['authorization'],
        method,
        body: sentBody,
      });
      const { status, headers: answered = {}, body = '' } = script(request);
      return { status, headers: answered, body: Readable.from([Buffer.from(body)]) };
    },
  };
  const registry = new URL('https://registry.example');
  const session = openSession({
    transport,
    registry,
    host: 'registry.example',
    scopes: ['repository:app:pull'],
    credentials: async () => credentials,
  });
  const get = () =>
    session.send(
      { method: 'GET', url: new URL('/v2/app/blobs/x', registry), headers: {} },
      AbortSignal.timeout(5000),
    );
  return { sent, get };
}

const bearer = (realm: string): Reply => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="${realm}",service="s"` },
});
const token = (value: string): Reply => ({ status: 200, body: JSON.stringify({ token: value }) });
const leaks = (sent: Sent[], allowed: string[]) =>
  sent.filter(
    ({ origin, authorization, body }) =>
      !allowed.includes(origin) && (authorization || body.includes(secret)),
  );

describe('a session', () => {
  test('fetches a token from a public token service and uses it only for the registry', async () => {
    const { sent, get } = scripted(({ url, headers }) => {
      if (url.hostname === 'auth.example') return token('good');
      if (headers['authorization'] !== 'Bearer good') return bearer('https://auth.example/token');
      if (url.pathname === '/v2/app/blobs/x')
        return { status: 307, headers: { location: 'https://store.example/x?sig=1' } };
      return { status: 200 };
    });
    await get();
    expect(sent.map(({ origin, authorization }) => [origin, authorization])).toEqual([
      ['https://registry.example', undefined],
      ['https://auth.example', basic],
      ['https://registry.example', 'Bearer good'],
      ['https://store.example', undefined],
    ]);
  });

  test('exchanges an identity token by POST', async () => {
    const { sent, get } = scripted(
      ({ url, headers }) =>
        url.pathname === '/token'
          ? token('good')
          : headers['authorization']
            ? { status: 200 }
            : bearer('/token'),
      { kind: 'refresh', token: 'identity' },
    );
    await get();
    expect(sent[1]).toMatchObject({ method: 'POST', authorization: undefined });
    expect(sent[1]?.body).toContain('grant_type=refresh_token');
    expect(sent[1]?.body).toContain('refresh_token=identity');
  });

  test.each([
    'http://auth.example/t',
    'https://localhost/t',
    'https://127.0.0.1/t',
    'https://2130706433/t',
    'https://0177.0.0.1/t',
    'https://[::1]/t',
    'https://[::ffff:127.0.0.1]/t',
    'https://localhost./t',
    'https://0.0.0.0/t',
    'https://10.0.0.1/t',
    'https://169.254.169.254/t',
    'https://user:p@auth.example/t',
    'http://registry.example/t',
    'file:///etc/passwd',
    'https://vault.internal/t',
  ])('sends no request to the token service %s', async (realm) => {
    const { sent, get } = scripted(() => bearer(realm));
    expect((await failureOf(get())).code).toBe('address-refused');
    expect(sent).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])(
    'does not follow a token service that redirects with %i',
    async (status) => {
      const { sent, get } = scripted(({ url }) =>
        url.hostname === 'auth.example'
          ? { status, headers: { location: 'https://evil.example/t' } }
          : bearer('https://auth.example/t'),
      );
      await failureOf(get());
      expect(leaks(sent, ['https://auth.example', 'https://registry.example'])).toEqual([]);
      expect(sent.some(({ origin }) => origin === 'https://evil.example')).toBe(false);
    },
  );

  test.each([
    ['another host', 'https://evil.example/x'],
    ['another port', 'https://registry.example:8443/x'],
    ['a look-alike', 'https://registry.example.evil.example/x'],
  ])('sends no credentials after a redirect to %s, even if that host demands them', async (_, location) => {
    const { sent, get } = scripted(({ url, headers }) => {
      if (url.origin !== 'https://registry.example')
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
      if (!headers['authorization'])
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
      return { status: 302, headers: { location } };
    });
    expect((await get()).status).toBe(401);
    expect(leaks(sent, ['https://registry.example'])).toEqual([]);
    expect(sent.some(({ authorization }) => authorization === basic)).toBe(true);
  });

  test.each([
    'http://registry.example/x',
    'http://evil.example/x',
    'https://127.0.0.1/x',
    'https://169.254.169.254/x',
    'https://a:b@evil.example/',
    'javascript:0',
  ])('does not follow a redirect to %s', async (location) => {
    const { sent, get } = scripted(() => ({ status: 302, headers: { location } }));
    expect((await failureOf(get())).code).toBe('address-refused');
    expect(sent).toHaveLength(1);
  });

  test('stops after five redirects, and after one failed sign-in', async () => {
    const endless = scripted(() => ({ status: 307, headers: { location: '/v2/app/blobs/x' } }));
    expect((await failureOf(endless.get())).code).toBe('registry-refused');
    expect(endless.sent).toHaveLength(6);
    const refused = scripted(() => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }));
    expect((await refused.get()).status).toBe(401);
    expect(refused.sent).toHaveLength(2);
  });

  test.each(['{}', '{"token":"two\\r\\nlines"}', 'not json', '{"token":7}'])(
    'refuses the token %s',
    async (body) => {
      const { get } = scripted(({ url }) =>
        url.pathname === '/token' ? { status: 200, body } : bearer('/token'),
      );
      expect((await failureOf(get())).code).toMatch(/registry-refused|document-invalid/);
    },
  );
});
