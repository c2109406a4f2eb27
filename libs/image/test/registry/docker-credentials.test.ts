import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dockerCredentials, keyNames } from '../../src/registry/docker-credentials.ts';
import { failureOf } from '../support/failure-of.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
const helper = (body: string) => ({ text: `#!/bin/sh\nread host\n${body}\n`, mode: 0o755 });

async function storeOf(config: unknown, programs: Record<string, ReturnType<typeof helper>> = {}) {
  const folder = await tempFolder();
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  await writeFiles(folder, { 'docker/config.json': text, ...programs });
  await chmod(join(folder, 'docker/config.json'), 0o600);
  return dockerCredentials({
    DOCKER_CONFIG: join(folder, 'docker'),
    PATH: `${folder}:${process.env['PATH']}`,
  });
}

describe('the key of a configuration entry', () => {
  test.each<[string, string, boolean]>([
    ['ghcr.io', 'ghcr.io', true],
    ['https://ghcr.io', 'ghcr.io', true],
    ['https://ghcr.io/', 'ghcr.io', true],
    ['https://ghcr.io/v2/', 'ghcr.io', true],
    ['GHCR.io', 'ghcr.io', true],
    ['host:5000', 'host:5000', true],
    ['http://host:5000/v1/', 'host:5000', true],
    ['[::1]:5000', '[::1]:5000', true],
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['index.docker.io', 'docker.io', true],
    ['docker.io', 'docker.io', true],
    ['ghcr.io', 'evil-ghcr.io', false],
    ['ghcr.io', 'ghcr.io.evil.example', false],
    ['ghcr.io', 'sub.ghcr.io', false],
    ['sub.ghcr.io', 'ghcr.io', false],
    ['ghcr', 'ghcr.io', false],
    ['host:5000', 'host', false],
    ['host', 'host:5000', false],
    ['host:5000', 'host:50000', false],
    ['host:443', 'host', false],
    ['ghcr.io/team', 'ghcr.io', false],
    ['https://user@ghcr.io', 'ghcr.io', false],
    ['https://index.docker.io/v1/', 'index.docker.io.evil.example', false],
    ['hub.docker.io', 'docker.io', false],
    ['', 'ghcr.io', false],
  ])('%j names %j: %s', (key, host, expected) => {
    expect(keyNames(key, host)).toBe(expected);
  });
});

describe('credentials', () => {
  test('come from auths, by exact host', async () => {
    const store = await storeOf({
      auths: { 'ghcr.io.evil.example': auth('x:y'), 'ghcr.io': auth('me:pass:word') },
    });
    expect(await store('ghcr.io')).toEqual({ kind: 'password', user: 'me', password: 'pass:word' });
    expect(await store('quay.io')).toBeUndefined();
  });

  test('may be user and password, or an identity token', async () => {
    const store = await storeOf({
      auths: { a: { username: 'u', password: 'p' }, b: { identitytoken: 't', ...auth('x:') } },
    });
    expect(await store('a')).toEqual({ kind: 'password', user: 'u', password: 'p' });
    expect(await store('b')).toEqual({ kind: 'refresh', token: 't' });
  });

  test('come from the helper of the host, then from the store, then from auths', async () => {
    const config = {
      credHelpers: { 'ghcr.io': 'own' },
      credsStore: 'all',
      auths: { 'quay.io': auth('a:b') },
    };
    const store = await storeOf(config, {
      'docker-credential-own': helper(`echo "{\\"Username\\":\\"own\\",\\"Secret\\":\\"$1-$host\\"}"`),
      'docker-credential-all': helper(
        'if [ "$host" = https://index.docker.io/v1/ ]; then echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"t\\"}"; else echo credentials not found in native keychain; exit 1; fi',
      ),
    });
    expect(await store('ghcr.io')).toEqual({ kind: 'password', user: 'own', password: 'get-ghcr.io' });
    expect(await store('docker.io')).toEqual({ kind: 'refresh', token: 't' });
    expect(await store('quay.io')).toEqual({ kind: 'password', user: 'a', password: 'b' });
  });

  test.each([
    ['fails', 'echo SECRET; exit 3'],
    ['prints invalid JSON', 'echo SECRET'],
    ['prints endlessly', 'yes SECRET'],
    ['is not installed', undefined],
    ['has a path as its name', undefined],
  ])('are an error that shows no secret if a helper %s', async (what, body) => {
    const name = what.includes('path') ? '../own' : 'own';
    const store = await storeOf({ credsStore: name }, body ? { 'docker-credential-own': helper(body) } : {});
    const failure = await failureOf(store('ghcr.io'));
    expect(failure.code).toBe('credentials-failed');
    expect(failure.message).not.toContain('SECRET');
  });

  test('come from DOCKER_AUTH_CONFIG before any file', async () => {
    const config = JSON.stringify({ auths: { 'ghcr.io': auth('env:x') } });
    const store = dockerCredentials({ DOCKER_AUTH_CONFIG: config, DOCKER_CONFIG: '/nonexistent' });
    expect(await store('ghcr.io')).toMatchObject({ user: 'env' });
    expect(await store('quay.io')).toBeUndefined();
  });

  test('of an invalid configuration are an error that shows none of its content', async () => {
    for (const config of [
      '{"auths": SECRET',
      { auths: { 'ghcr.io': { auth: 'SECRET', password: 7 } } },
      { auths: { 'ghcr.io': { auth: 'SECRET' } } },
    ]) {
      const failure = await failureOf((await storeOf(config))('ghcr.io'));
      expect(failure.code).toBe('credentials-failed');
      expect(failure.message).not.toContain('SECRET');
    }
  });
});
