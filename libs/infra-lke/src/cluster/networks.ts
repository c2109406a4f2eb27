import { isIP } from 'node:net';
import { InfraError } from '@slipway/infra-core';

/**
 * Groups networks by address family, as Linode requires.
 *
 * @throws {InfraError} `invalid` for an empty list, a text that is not a network, and a network of size /0
 */
export function assertNetworks(networks: readonly string[]): { ipv4s?: string[]; ipv6s?: string[] } {
  if (networks.length === 0) {
    throw bad(networks, 'The list of networks that can reach the API is empty. Add at least one network');
  }
  for (const network of networks) {
    const [address = '', size = ''] = network.split('/');
    const family = isIP(address);
    const bits = family === 4 ? 32 : 128;
    if (family === 0 || !/^\d{1,3}$/.test(size) || Number(size) > bits) {
      throw bad(network, `"${network}" is not a network. Write it as in 203.0.113.0/24`);
    }
    if (size === '0') {
      throw bad(network, `"${network}" includes all addresses. List the networks that need the API`);
    }
  }
  const ofFamily = (family: number) =>
    networks.filter((network) => isIP(network.split('/')[0] as string) === family);
  const [ipv4s, ipv6s] = [ofFamily(4), ofFamily(6)];
  return { ...(ipv4s.length > 0 && { ipv4s }), ...(ipv6s.length > 0 && { ipv6s }) };
}

function bad(value: unknown, problem: string): InfraError {
  return new InfraError('invalid', `${problem}.`, { value });
}
