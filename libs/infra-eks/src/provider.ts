import { Provider } from '@pulumi/aws/provider.js';
import { InfraError, type Tags } from '@slipway/infra-core';

/** Regions that AWS opens to every account; another one is most likely a slip of the pen. */
const REGION =
  /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|north|south|east|west|northeast|northwest|southeast|southwest)-\d$/;

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
  if (!REGION.test(region)) {
    throw new InfraError('invalid', `"${region}" is no region of AWS. Write it as in eu-central-1.`, {
      value: region,
    });
  }
  return new Provider('aws', {
    region: region as never,
    allowedAccountIds: [accountId],
    defaultTags: { tags: { ...tags } },
  });
}
