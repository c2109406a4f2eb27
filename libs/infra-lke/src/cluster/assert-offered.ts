import { getLkeVersions } from '@pulumi/linode/getLkeVersions.js';
import type { Provider } from '@pulumi/linode/provider.js';
import { InfraError } from '@slipway/infra-core';

/**
 * Asks LKE whether it offers a Kubernetes version, before anything is made of it.
 *
 * @throws {InfraError} `unsupported`, naming the versions that it offers
 */
export async function assertOffered(version: string, provider: Provider): Promise<void> {
  const { versions = [] } = await getLkeVersions({ tier: 'standard' }, { provider });
  const offered = versions.map(({ id }) => id);
  if (!offered.includes(version)) {
    throw new InfraError(
      'unsupported',
      `LKE does not offer Kubernetes ${version}. Use ${offered.join(' or ')}.`,
      {
        value: version,
      },
    );
  }
}
