import { Provider } from '@pulumi/aws/provider.js';
import { Region } from '@pulumi/aws/types/enums/index.js';
import { InfraError, type Tags } from '@slipway/infra-core';

const REGIONS: readonly string[] = Object.values(Region);

export interface ProviderSettings {
  region: string;
  /** The only allowed account: credentials of other accounts are refused. */
  accountId: string;
  tags: Tags;
}

/**
 * Makes the AWS provider of one environment: one region, one account, default tags.
 *
 * @throws {InfraError} `invalid` for a malformed account or an unknown region
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

/** Lists the regions of the same continent, because most errors are typos; all regions if none matches. */
function unknownRegion(region: string): InfraError {
  const near = REGIONS.filter((known) => known.startsWith(region.slice(0, 3)));
  const known = (near.length > 0 ? near : REGIONS).join(', ');
  return new InfraError('invalid', `"${region}" is not a region of the AWS provider. Use one of ${known}.`, {
    value: region,
  });
}
