import { getLkeVersions } from '@pulumi/linode/getLkeVersions.js';
import { getRegions } from '@pulumi/linode/getRegions.js';
import type { Provider } from '@pulumi/linode/provider.js';
import { InfraError } from '@slipway/infra-core';

/** A capability of a region, by its name in the Linode API (`GET /v4/regions`, `capabilities`). */
export type Capability = 'Kubernetes' | 'Object Storage';

/**
 * Asks Linode whether a region has a capability. Call it before resources are created.
 *
 * @throws {InfraError} `unsupported`, with the regions that have the capability
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
 * Asks Linode whether LKE offers a Kubernetes version. Call it before resources are created.
 *
 * @param version a minor version
 * @throws {InfraError} `unsupported`, with the offered versions
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
