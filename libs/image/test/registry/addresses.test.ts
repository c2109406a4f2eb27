import { describe, expect, test } from 'vitest';
import {
  addressClass,
  assertRedirect,
  assertRealm,
  isReboundAddress,
  registryUrl,
} from '../../src/registry/addresses.ts';
import { failureOf } from '../support/failure-of.ts';

const hostOf = (text: string) => new URL(text).hostname;

describe('an address', () => {
  test.each([
    ['http://localhost', 'loopback'],
    ['http://localhost.', 'loopback'],
    ['http://x.localhost', 'loopback'],
    ['http://127.9.9.9', 'loopback'],
    ['http://2130706433', 'loopback'],
    ['http://0177.0.0.1', 'loopback'],
    ['http://0x7f.1', 'loopback'],
    ['http://[::1]', 'loopback'],
    ['http://[::ffff:127.0.0.1]', 'loopback'],
    ['http://10.1.2.3', 'private'],
    ['http://172.31.255.255', 'private'],
    ['http://192.168.1.1', 'private'],
    ['http://100.64.0.1', 'private'],
    ['http://[fd12::1]', 'private'],
    ['http://[::ffff:10.0.0.1]', 'private'],
    ['http://registry', 'private'],
    ['http://vault.internal', 'private'],
    ['http://169.254.169.254', 'forbidden'],
    ['http://[::ffff:169.254.169.254]', 'forbidden'],
    ['http://[fe80::1]', 'forbidden'],
    ['http://[fd00:ec2::254]', 'forbidden'],
    ['http://100.100.100.200', 'forbidden'],
    ['http://0.0.0.0', 'forbidden'],
    ['http://[::]', 'forbidden'],
    ['http://172.32.0.1', 'public'],
    ['http://8.8.8.8', 'public'],
    ['http://ghcr.io', 'public'],
    ['http://127.0.0.1.nip.io', 'public'],
  ])('%s is %s', (url, expected) => {
    expect(addressClass(hostOf(url))).toBe(expected);
  });

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '169.254.169.254', '0.0.0.0'])(
    '%s may not be behind a public name',
    (address) => {
      expect(isReboundAddress(address)).toBe(true);
      expect(isReboundAddress('10.0.0.1')).toBe(false);
    },
  );
});

describe('the address of a registry', () => {
  test.each<[string, boolean, string]>([
    ['ghcr.io', false, 'https://ghcr.io'],
    ['docker.io', false, 'https://registry-1.docker.io'],
    ['localhost:5000', false, 'http://localhost:5000'],
    ['127.0.0.1:5000', false, 'http://127.0.0.1:5000'],
    ['[::1]:5000', false, 'http://[::1]:5000'],
    ['10.0.0.5:5000', false, 'https://10.0.0.5:5000'],
    ['10.0.0.5:5000', true, 'http://10.0.0.5:5000'],
    ['localhost.evil.example', false, 'https://localhost.evil.example'],
  ])('%s (insecure: %s) is %s', (host, insecure, origin) => {
    expect(registryUrl(host, insecure).origin).toBe(origin);
  });

  test('is never a metadata service', async () => {
    expect((await failureOf(() => registryUrl('169.254.169.254', true))).code).toBe('address-refused');
  });
});

const hub = new URL('https://registry-1.docker.io');
const inside = new URL('https://10.0.0.5');
const local = new URL('http://127.0.0.1:5000');

describe('a redirect or upload location', () => {
  test.each([
    [hub, 'https://production.cloudflare.docker.com/blob?sig=1'],
    [hub, 'https://registry-1.docker.io/other'],
    [inside, 'https://192.168.0.9/blob'],
    [inside, 'https://store.example/blob'],
    [local, 'http://127.0.0.1:9000/blob'],
    [local, 'https://store.example/blob'],
  ])('from %s to %s is followed', (registry, next) => {
    expect(() => assertRedirect(registry, new URL(next))).not.toThrow();
  });

  test.each([
    [hub, 'http://production.cloudflare.docker.com/'],
    [hub, 'http://registry-1.docker.io/'],
    [hub, 'https://127.0.0.1/'],
    [hub, 'https://localhost./'],
    [hub, 'https://2130706433/'],
    [hub, 'https://10.0.0.1/'],
    [hub, 'https://[::ffff:7f00:1]/'],
    [hub, 'https://169.254.169.254/latest/meta-data'],
    [hub, 'https://vault.internal/'],
    [hub, 'https://user:password@store.example/'],
    [hub, 'file:///etc/passwd'],
    [hub, 'ftp://store.example/'],
    [inside, 'https://127.0.0.1/'],
    [inside, 'https://[fe80::1]/'],
    [local, 'http://10.0.0.1/'],
    [local, 'http://169.254.169.254/'],
    [local, 'http://0.0.0.0:5000/'],
  ])('from %s to %s is refused', async (registry, next) => {
    expect((await failureOf(() => assertRedirect(registry, new URL(next)))).code).toBe('address-refused');
  });
});

describe('a token service', () => {
  test.each([
    [hub, 'https://auth.docker.io/token'],
    [hub, 'https://registry-1.docker.io/token'],
    [inside, 'https://10.0.0.5/token'],
    [inside, 'https://auth.corp.example/token'],
    [local, 'http://127.0.0.1:5000/token'],
  ])('of %s may be %s', (registry, realm) => {
    expect(() => assertRealm(registry, new URL(realm))).not.toThrow();
  });

  test.each([
    [hub, 'http://auth.docker.io/token'],
    [hub, 'https://10.0.0.5/token'],
    [hub, 'https://localhost/token'],
    [hub, 'https://169.254.169.254/token'],
    [hub, 'https://a:b@auth.docker.io/token'],
    [inside, 'https://10.0.0.5:8443/token'],
    [inside, 'https://10.0.0.6/token'],
    [local, 'http://127.0.0.1:5001/token'],
    [local, 'http://localhost:5000/token'],
    [local, 'http://evil.example/token'],
  ])('of %s may not be %s', async (registry, realm) => {
    expect((await failureOf(() => assertRealm(registry, new URL(realm)))).code).toBe('address-refused');
  });
});
