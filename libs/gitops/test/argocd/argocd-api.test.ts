import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readApplication } from '../../src/argocd/application.ts';
import { argoCdApi } from '../../src/argocd/argocd-api.ts';
import { applicationJson, applicationManifest } from '../support/application-json.ts';

let server: Server;
let address: string;
let answer: { status: number; body: unknown; headers?: Record<string, string> };
let asked: Pick<IncomingMessage, 'url' | 'headers'>[];

beforeEach(async () => {
  asked = [];
  server = createServer(({ url, headers }, response) => {
    asked.push({ url: url ?? '', headers });
    response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((done) => server.close(done));
});

describe('Argo CD by its API', () => {
  it('reads one Application with the token', async () => {
    answer = { status: 200, body: applicationManifest() };
    expect(await argoCdApi({ server: address, token: 'secret' }).application('api')).toMatchObject({
      name: 'api',
      sync: 'Synced',
    });
    expect(asked[0]).toMatchObject({
      url: '/api/v1/applications/api',
      headers: { authorization: 'Bearer secret' },
    });
  });

  it('keeps a path in front of the API, and a name inside its segment', async () => {
    answer = { status: 404, body: {} };
    expect(await argoCdApi({ server: `${address}/argo` }).application('../x?y')).toBeUndefined();
    expect(asked[0]?.url).toBe('/argo/api/v1/applications/..%2Fx%3Fy');
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('reads all Applications, also an empty list', async () => {
    answer = { status: 200, body: { items: [applicationManifest()] } };
    expect(await argoCdApi({ server: address }).applications()).toHaveLength(1);
    answer = { status: 200, body: { items: null } };
    expect(await argoCdApi({ server: address }).applications()).toEqual([]);
  });

  it('names the resources that say something and are not healthy', async () => {
    const nodes = [
      { kind: 'Pod', name: 'api-1', health: { status: 'Degraded', message: 'Back-off pulling image' } },
      { kind: 'Pod', name: 'api-2', health: { status: 'Healthy', message: 'fine' } },
      { kind: 'Service', name: 'api' },
    ];
    answer = { status: 200, body: { nodes } };
    const application = readApplication(applicationJson(), 'a test');
    expect(await argoCdApi({ server: address }).causes(application)).toEqual([
      { resource: 'Pod/api-1', message: 'Back-off pulling image' },
    ]);
  });

  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [502, 'network'],
  ])('takes %i as %s', async (status, code) => {
    answer = { status, body: {} };
    await expect(argoCdApi({ server: address, token: 'secret' }).applications()).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining('secret') as string,
    });
  });

  it('follows no redirect, which could carry the token elsewhere', async () => {
    answer = { status: 307, body: {}, headers: { location: '/elsewhere' } };
    await expect(argoCdApi({ server: address, token: 'secret' }).applications()).rejects.toMatchObject({
      code: 'network',
    });
    expect(asked).toHaveLength(1);
  });

  it('names the address that cannot be reached', async () => {
    await expect(argoCdApi({ server: 'http://127.0.0.1:1' }).applications()).rejects.toThrow(
      /Argo CD at 127\.0\.0\.1:1 cannot be reached/,
    );
  });

  it.each([
    'http://argocd.example',
    'ftp://argocd.example',
    'not an address',
    'https://user:pass@argocd.example',
  ])('refuses %s', (wrong) => {
    expect(() => argoCdApi({ server: wrong })).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('takes an address without a scheme as https', () => {
    expect(argoCdApi({ server: 'argocd.example' }).name).toBe('Argo CD at argocd.example');
  });
});
