import { BlockList, isIP } from 'node:net';
import { ImageError } from '../error.ts';

/**
 * The class of a host, by its name or address. `forbidden` hosts are never contacted: link-local addresses,
 * which include the clouds' metadata services, and the unspecified address.
 */
type AddressClass = 'loopback' | 'private' | 'public' | 'forbidden';

/** Created on first use, because most hosts have names. */
let ranges: Record<Exclude<AddressClass, 'public'>, BlockList> | undefined;

/** Classifies a host in the format of `URL.hostname`, which normalizes octal, decimal and hex addresses. */
export function addressClass(hostname: string): AddressClass {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  const version = isIP(host);
  if (version !== 0) {
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const lists = (ranges ??= addressRanges());
    const order = ['forbidden', 'loopback', 'private'] as const;
    return order.find((name) => lists[name].check(host, family)) ?? 'public';
  }
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback';
  if (!host.includes('.') || /\.(?:local|internal|lan|home\.arpa)$/.test(host)) return 'private';
  return 'public';
}

/**
 * The base URL of a registry. Plain http is used only for loopback or on demand, never as a fallback.
 * @param secured uses https also for loopback
 * @throws ImageError `address-refused`
 */
export function registryUrl(host: string, insecure: boolean, secured = false): URL {
  // The API of Docker Hub has another host name.
  const address = host === 'docker.io' ? 'registry-1.docker.io' : host;
  const secure = new URL(`https://${address}/`);
  const kind = addressClass(secure.hostname);
  if (kind === 'forbidden') {
    const message = `"${host}" is not an allowed address of a registry: use its name`;
    throw new ImageError('address-refused', message, { value: host });
  }
  const plain = insecure || (kind === 'loopback' && !secured);
  return plain ? new URL(`http://${address}/`) : secure;
}

/**
 * Checks a redirect or an upload `Location`. A registry on the internet must not redirect to a private
 * network or to this machine, and https must not become http.
 * @throws ImageError `address-refused`
 */
export function assertRedirect(registry: URL, next: URL): void {
  if (next.username || next.password) throw hopRefused(registry, next, 'with a password in its address');
  if (next.origin === registry.origin) return;
  if (next.protocol !== 'https:' && !(next.protocol === 'http:' && registry.protocol === 'http:')) {
    throw hopRefused(registry, next, `over ${next.protocol.slice(0, -1)}`);
  }
  const [from, to] = [addressClass(registry.hostname), addressClass(next.hostname)];
  if (to === 'forbidden' || (to !== 'public' && to !== from)) {
    throw hopRefused(registry, next, `at a ${to} address`);
  }
}

/**
 * Checks the address of a token service before credentials are sent to it: it must be the registry itself, or
 * a public host over https (as for Docker Hub).
 * @throws ImageError `address-refused`
 */
export function assertRealm(registry: URL, realm: URL): void {
  if (realm.username || realm.password) throw hopRefused(registry, realm, 'with a password in its address');
  if (realm.origin === registry.origin) return;
  if (realm.protocol === 'https:' && addressClass(realm.hostname) === 'public') return;
  throw hopRefused(registry, realm, 'for credentials, which is neither itself nor a public host over https');
}

/** True for an address that a public name must not resolve to (DNS rebinding). */
export function isReboundAddress(address: string): boolean {
  return ['loopback', 'forbidden'].includes(addressClass(address));
}

function hopRefused(registry: URL, next: URL, what: string): ImageError {
  return new ImageError(
    'address-refused',
    `the registry ${registry.host} redirects to ${next.origin} ${what}; no request was sent there. ` +
      "Check the registry's address and its configuration",
    { value: next.origin },
  );
}

function addressRanges(): NonNullable<typeof ranges> {
  return {
    loopback: blockList(['127.0.0.0', 8], ['::1', 128]),
    // RFC 1918, RFC 6598 (carrier-grade NAT), RFC 4193.
    private: blockList(
      ['10.0.0.0', 8],
      ['172.16.0.0', 12],
      ['192.168.0.0', 16],
      ['100.64.0.0', 10],
      ['fc00::', 7],
    ),
    // RFC 3927, RFC 4291; the IPv6 and Alibaba metadata services; "this host"; multicast and above.
    forbidden: blockList(
      ['169.254.0.0', 16],
      ['fe80::', 10],
      ['fd00:ec2::254', 128],
      ['100.100.100.200', 32],
      ['0.0.0.0', 8],
      ['::', 128],
      ['224.0.0.0', 3],
      ['ff00::', 8],
    ),
  };
}

function blockList(...subnets: [string, number][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets)
    list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}
