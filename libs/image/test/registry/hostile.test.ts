import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { putBlob } from '../../src/layout/blob-folder.ts';
import type { Credentials } from '../../src/registry/docker-credentials.ts';
import { digestOf, verified } from '../../src/oci/digest.ts';
import { ImageError } from '../../src/error.ts';
import { bodyOf } from '../support/body-of.ts';
import { readReferrers, readTags } from '../../src/registry/read-lists.ts';
import { RemoteRepository } from '../../src/registry/remote-repository.ts';
import { defaultRetryPolicy } from '../../src/registry/retry.ts';
import type { Request, Transport } from '../../src/registry/transport.ts';
import { tempFolder } from '../support/temp-folder.ts';

const secret = 'hunter2';
const encoded = Buffer.from(`ci:${secret}`).toString('base64');
const home = 'https://registry.example';
const content = Buffer.from('{"schemaVersion":2}');
const digest = digestOf(content);
const token = 'home-token';

interface Reply {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}
type Script = (request: Request) => Reply;

/** A repository at a public address, whose answers come from a script. */
function scripted(script: Script, host = 'registry.example') {
  const sent: { origin: string; method: string; said: string }[] = [];
  const transport: Transport = {
    requests: () => sent.length,
    close: () => undefined,
    async send(request) {
      const sentBody = await bodyOf(request);
      const said = `${request.url.href} ${JSON.stringify(request.headers)} ${sentBody}`;
      sent.push({ origin: request.url.origin, method: request.method, said });
      const { status, headers = {}, body = '' } = script(request);
      return { status, headers: headers as Record<string, string>, body: Readable.from([Buffer.from(body)]) };
    },
  };
  const credentials = async (): Promise<Credentials> => ({ kind: 'password', user: 'ci', password: secret });
  const remote = new RemoteRepository({
    repository: { kind: 'registry', name: `${host}/app`, host, path: 'app' },
    access: 'pull,push',
    credentials,
    signal: AbortSignal.timeout(30_000),
    transport,
    // Without retries, because other tests cover them.
    policy: { ...defaultRetryPolicy, tries: {} },
  });
  return { remote, sent };
}

/** All operations of a client. */
async function use(remote: RemoteRepository, folder: string): Promise<void> {
  await remote.manifestDigest(digest);
  await remote.fetchManifest(digest);
  const blob = { digest, size: content.length };
  await putBlob(folder, verified(await remote.openBlob(digest), blob, 'the blob'), blob, 'the blob');
  await readTags(remote);
  await readReferrers(remote, digest);
  await remote.putBlob(blob, { open: async () => Readable.from([content]) });
  await remote.putManifest(digest, { descriptor: { mediaType: 'x', ...blob }, bytes: content });
}

/** A normal registry that issues its own tokens. */
const honest: Script = ({ url, method, headers }) => {
  if (url.pathname === '/token') return { status: 200, body: JSON.stringify({ token }) };
  if (headers['authorization'] !== `Bearer ${token}`) {
    return { status: 401, headers: { 'www-authenticate': `Bearer realm="${home}/token",service="s"` } };
  }
  if (url.pathname.includes('/referrers/')) return { status: 404 };
  if (url.pathname.includes('/tags/')) return { status: 200, body: '{"tags":["v1"]}' };
  if (url.pathname.includes('sha256-')) return { status: 404 };
  if (method === 'POST') return { status: 202, headers: { location: '/v2/app/blobs/uploads/1' } };
  if (method === 'PUT') return { status: 201, headers: { 'docker-content-digest': digest } };
  return { status: 200, body: content, headers: { 'docker-content-digest': digest } };
};

/** The normal registry, except for matching requests. */
const but =
  (match: RegExp, reply: Reply | Script): Script =>
  (request) => {
    const usual = honest(request);
    const isMatch = match.test(`${request.method} ${request.url.href}`) && usual.status !== 401;
    if (!isMatch) return usual;
    return typeof reply === 'function' ? reply(request) : reply;
  };
const realm =
  (place: string): Script =>
  ({ headers }) =>
    headers['authorization']
      ? { status: 200, body: content }
      : { status: 401, headers: { 'www-authenticate': `Bearer realm="${place}",service="s"` } };
const to = (location: string, status = 307): Reply => ({ status, headers: { location } });
const large = Buffer.alloc(9 << 20, '{');
const blobs = /GET .*\/blobs\//;

const hostile: [string, Script][] = [
  ['a token service on this machine', realm('https://127.0.0.1/t')],
  ['a token service on this machine, in decimal', realm('https://2130706433/t')],
  ['a token service on this machine, in octal', realm('https://0177.0.0.1/t')],
  ['a token service on this machine, as IPv6', realm('https://[::ffff:127.0.0.1]/t')],
  ['a token service at "localhost."', realm('https://localhost./t')],
  ['a token service at 0.0.0.0', realm('https://0.0.0.0/t')],
  ['a token service that is a metadata service', realm('https://169.254.169.254/latest')],
  ['a token service that is AWS’s IPv6 metadata service', realm('https://[fd00:ec2::254]/t')],
  ['a token service in a private network', realm('https://10.0.0.1/t')],
  ['a token service with a name of an internal network', realm('https://vault.internal/t')],
  ['a token service over http', realm('http://auth.example/t')],
  ['a token service over http at its own host', realm(`${home.replace('https', 'http')}/t`)],
  ['a token service with a password in its address', realm('https://a:b@auth.example/t')],
  ['a token service that is a file', realm('file:///etc/passwd')],
  ['a token service that redirects', but(/\/token/, to('https://evil.example/t'))],
  ['a token with a line break', but(/\/token/, { status: 200, body: '{"token":"a\\r\\nx: y"}' })],
  ['a token without end', but(/\/token/, { status: 200, body: large })],
  ['a blob on this machine', but(blobs, to('https://127.0.0.1/x'))],
  ['a blob at a metadata service', but(blobs, to('https://169.254.169.254/latest/meta-data'))],
  ['a blob at Alibaba’s metadata service', but(blobs, to('https://100.100.100.200/x'))],
  ['a blob in a private network', but(blobs, to('https://192.168.1.1/x'))],
  ['a blob over http', but(blobs, to('http://registry.example/x'))],
  ['a blob in a file', but(blobs, to('file:///etc/passwd'))],
  ['a blob behind a password', but(blobs, to('https://a:b@registry.example/x'))],
  ['a blob behind an endless redirect', but(blobs, to(`${home}/v2/app/blobs/${digest}`))],
  ['an upload to this machine', but(/POST/, to('https://127.0.0.1/u', 202))],
  ['an upload to a metadata service', but(/POST/, to('https://169.254.169.254/u', 202))],
  ['an upload over http', but(/POST/, to('http://registry.example/u', 202))],
  ['an upload to an invalid URL', but(/POST/, to('https://', 202))],
  [
    'tags that continue on another host',
    but(/tags/, { status: 200, body: '{}', headers: { link: '<https://evil.example/>; rel="next"' } }),
  ],
  [
    'tags that continue at a URL with a password',
    but(/tags/, {
      status: 200,
      body: '{}',
      headers: { link: '<https://a:b@registry.example/>; rel="next"' },
    }),
  ],
  ['tags without end', but(/tags/, { status: 200, body: '{}', headers: { link: '<?more>; rel="next"' } })],
  ['a manifest with another digest', but(/GET .*manifests/, { status: 200, body: '{}' })],
  ['a manifest without end', but(/GET .*manifests/, { status: 200, body: large })],
  [
    'another digest',
    but(/HEAD/, { status: 200, headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } }),
  ],
  ['another blob', but(blobs, { status: 200, body: 'x'.repeat(content.length) })],
  ['a blob that is too short', but(blobs, { status: 200, body: content.subarray(1) })],
  ['a blob that is too long', but(blobs, { status: 200, body: Buffer.concat([content, content]) })],
  [
    'an upload that is stored under another digest',
    but(/PUT .*uploads/, { status: 201, headers: { 'docker-content-digest': 'sha256:../../etc' } }),
  ],
  [
    'a manifest that is stored under another digest',
    but(/PUT .*manifests/, { status: 201, headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } }),
  ],
];

const legitimate: [string, Script][] = [
  ['a token service of its own', honest],
  [
    'a token service on another public host',
    (request) => {
      if (request.url.host === 'auth.example') return { status: 200, body: JSON.stringify({ token }) };
      const usual = honest(request);
      return usual.status === 401 ? realm('https://auth.example/t')(request) : usual;
    },
  ],
  [
    'blobs in a store on another host',
    (request) => {
      if (request.url.host === 'store.example') return { status: 200, body: content };
      return but(blobs, to('https://store.example/x?signature=1'))(request);
    },
  ],
  [
    'uploads to a store on another host',
    (request) => {
      if (request.url.host === 'store.example') return { status: 201 };
      return but(/POST/, to('https://store.example/u', 202))(request);
    },
  ],
  [
    'redirects to the same registry',
    but(blobs, ({ url }) =>
      url.searchParams.has('again')
        ? honest({ method: 'GET', url, headers: { authorization: `Bearer ${token}` } })
        : to(`${url.pathname}?again`),
    ),
  ],
  ['relative places', but(/POST/, to('uploads/1?state=x', 202))],
  ['no digest headers', but(/PUT/, { status: 201 })],
  ['204 instead of 201', but(/PUT/, { status: 204 })],
];

describe('refused answers of a registry', () => {
  test(`are ${hostile.length}`, () => expect(hostile).toHaveLength(40));

  test.each(hostile)('%s', async (_, script) => {
    const [{ remote, sent }, folder] = [scripted(script), await tempFolder()];
    const failure: unknown = await use(remote, folder).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ImageError);
    expect(['address-refused', 'registry-refused', 'digest-mismatch', 'document-invalid']).toContain(
      (failure as ImageError).code,
    );
    // Secret and token were sent only to the registry, and no request was sent to a forbidden address.
    const foreign = sent.filter(({ origin }) => origin !== home);
    expect(foreign.filter(({ said }) => said.includes(secret) || said.includes(encoded))).toEqual([]);
    expect(foreign.filter(({ said }) => said.includes(token))).toEqual([]);
    expect(foreign).toEqual([]);
    expect(String(failure)).not.toMatch(new RegExp(`${secret}|${encoded}|${token}`));
    // Only checked content is stored.
    const kept = await readdir(`${folder}/sha256`).catch(() => []);
    for (const name of kept) expect(name).toBe(digest.slice('sha256:'.length));
  });
});

describe('unusual but valid answers of a registry', () => {
  test.each(legitimate)('%s', async (_, script) => {
    const [{ remote, sent }, folder] = [scripted(script), await tempFolder()];
    await use(remote, folder);
    expect(await readdir(`${folder}/sha256`)).toEqual([digest.slice('sha256:'.length)]);
    // The token service receives the password; a store receives no credentials.
    const stores = sent.filter(({ origin }) => origin === 'https://store.example');
    expect(stores.filter(({ said }) => /authorization/i.test(said))).toEqual([]);
  });
});
