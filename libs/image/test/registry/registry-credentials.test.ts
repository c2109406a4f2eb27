import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { registryCredentials } from '../../src/registry/registry-credentials.ts';
import { failureOf } from '../support/failure-of.ts';

const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';
const token = (password: string, hours = 12) => ({
  authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
  expiresAt: new Date(Date.now() + hours * 3_600_000),
});
const nowhere = { DOCKER_CONFIG: '/nonexistent' };

describe('credentials for Amazon ECR', () => {
  test('are requested once per region, and again before they expire', async () => {
    const asked: string[] = [];
    const store = registryCredentials(nowhere, async (region) => {
      asked.push(region);
      return token(`secret-${asked.length}`, asked.length === 1 ? 0.01 : 12);
    });
    expect(await store(host)).toEqual({ kind: 'password', user: 'AWS', password: 'secret-1' });
    expect(await store(host)).toMatchObject({ password: 'secret-2' });
    expect(await store(host)).toMatchObject({ password: 'secret-2' });
    await store(host.replace('eu-central-1', 'us-gov-east-1'));
    expect(asked).toEqual(['eu-central-1', 'eu-central-1', 'us-gov-east-1']);
  });

  test('are not requested for similar host names, nor if there is a login', async () => {
    const store = registryCredentials(nowhere, () => Promise.reject(new Error('asked')));
    const others = [
      'docker.io',
      `${host}.evil.example`,
      `evil-${host}`,
      host.replace('.dkr.', '.dkr.x.'),
      `${host}:8443`,
      '123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil',
      'public.ecr.aws',
    ];
    for (const other of others) expect(await store(other)).toBeUndefined();
    const auths = { [host]: { username: 'AWS', password: 'left' } };
    const left = { ...nowhere, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) };
    const kept = registryCredentials(left, () => Promise.reject(new Error('asked')));
    expect(await kept(host)).toMatchObject({ password: 'left' });
  });

  test('are a clear error if AWS refuses them', async () => {
    const refused = Object.assign(new Error('secret words'), { name: 'ExpiredTokenException' });
    const failure = await failureOf(registryCredentials(nowhere, () => Promise.reject(refused))(host));
    expect([failure.code, failure.value]).toEqual(['credentials-failed', host]);
    expect(failure.message).toContain('ExpiredTokenException');
    expect(failure.message).not.toContain('secret words');
    const odd = registryCredentials(nowhere, async () => ({ ...token(''), authorizationToken: 'x' }));
    expect((await failureOf(odd(host))).code).toBe('credentials-failed');
  });

  test('come from the AWS SDK and the environment variables', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${String(request.headers['x-amz-target'])} ${String(request.headers.authorization)}`);
      const { authorizationToken } = token('from-aws');
      const authorizationData = [{ authorizationToken, expiresAt: Date.now() / 1000 + 43_200 }];
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ authorizationData }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const env = {
      PATH: process.env['PATH'],
      ...nowhere,
      AWS_ENDPOINT_URL_ECR: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const program = new URL('../support/print-credentials.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [program, host], { env });
    expect(JSON.parse(stdout)).toMatchObject({ user: 'AWS', password: 'from-aws' });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(
      /GetAuthorizationToken AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/ecr/,
    );
  });
});
