import { Provider } from '@pulumi/aws/provider.js';
import { Region } from '@pulumi/aws/types/enums/index.js';
import { InfraError, type Tags } from '@slipway/infra-core';

const REGIONS: readonly string[] = Object.values(Region);

export interface ProviderSettings {
  region: string;
  /** The only account that this provider may touch: credentials of any other one are refused. */
  accountId: string;
  tags: Tags;
}

/**
 * AWS as one environment sees it: one region, one account, its tags on all.
 *
 * @throws {InfraError} `invalid` for an account or a region that cannot be one
 */
export function awsProvider({ region, accountId, tags }: ProviderSettings): Provider {
  if (!/^\d{12}$/.test(accountId)) {
    throw new InfraError('invalid', `The account "${accountId}" must be a number of 12 digits.`, {
      value: accountId,
    });
  }
  if (!REGIONS.includes(region)) throw unknownRegion(region);
  return new Provider('aws', {
    region: region as never,
    allowedAccountIds: [accountId],
    defaultTags: { tags: { ...tags } },
  });
}

/** Regions of the same part of the world, else all: an unknown one is most likely a slip of the pen. */
function unknownRegion(region: string): InfraError {
  const near = REGIONS.filter((known) => known.startsWith(region.slice(0, 3)));
  const known = (near.length > 0 ? near : REGIONS).join(', ');
  return new InfraError(
    'invalid',
    `"${region}" is no region that the provider of AWS knows. It knows ${known}.`,
    {
      value: region,
    },
  );
}
