import { getLkeVersions } from '@pulumi/linode/getLkeVersions.js';
import { getRegions } from '@pulumi/linode/getRegions.js';
import type { Provider } from '@pulumi/linode/provider.js';
import { InfraError } from '@slipway/infra-core';

/** What a region may have, in the words of Linode's API (`GET /v4/regions`, `capabilities`). */
export type Capability = 'Kubernetes' | 'Object Storage';

/**
 * Asks Linode whether a region has what is to be made there, before anything is.
 *
 * @throws {InfraError} `unsupported`, naming the regions that have it
 */
export async function assertRegion(
  region: string,
  capability: Capability,
  provider: Provider,
): Promise<void> {
  const filters = [{ name: 'capabilities', values: [capability] }];
  const { regions = [] } = await getRegions({ filters }, { provider });
  assertAmong(`${capability} in the region ${region}`, region, regions);
}

/**
 * Asks Linode whether LKE has a Kubernetes version, before anything is made.
 *
 * @param version a minor version
 * @throws {InfraError} `unsupported`, naming the versions that it has
 */
export async function assertVersion(version: string, provider: Provider): Promise<void> {
  const { versions = [] } = await getLkeVersions({ tier: 'standard' }, { provider });
  assertAmong(`Kubernetes ${version}`, version, versions);
}

function assertAmong(what: string, value: string, offers: readonly { id: string }[]): void {
  const offered = offers.map(({ id }) => id);
  if (offered.includes(value)) return;
  throw new InfraError('unsupported', `Linode does not offer ${what}. Use ${offered.join(' or ')}.`, {
    value,
  });
}
