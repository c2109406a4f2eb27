import { getLkeVersions } from '@pulumi/linode/getLkeVersions.js';
import { getRegions } from '@pulumi/linode/getRegions.js';
import type { Provider } from '@pulumi/linode/provider.js';
import { InfraError } from '@slipway/infra-core';

/** What a cluster is to be made of. */
export interface Wanted {
  region: string;
  /** A Kubernetes minor version. */
  version: string;
}

/**
 * Asks LKE whether it is in a region and offers a Kubernetes version, before anything is made there.
 *
 * @throws {InfraError} `unsupported`, naming what it offers
 */
export async function assertOffered({ region, version }: Wanted, provider: Provider): Promise<void> {
  const filters = [{ name: 'capabilities', values: ['Kubernetes'] }];
  const [{ versions = [] }, { regions = [] }] = await Promise.all([
    getLkeVersions({ tier: 'standard' }, { provider }),
    getRegions({ filters }, { provider }),
  ]);
  assertAmong(`Kubernetes ${version}`, version, versions);
  assertAmong(`the region ${region}`, region, regions);
}

function assertAmong(what: string, value: string, offers: readonly { id: string }[]): void {
  const offered = offers.map(({ id }) => id);
  if (offered.includes(value)) return;
  throw new InfraError('unsupported', `LKE does not offer ${what}. Use ${offered.join(' or ')}.`, { value });
}
