import { ACCOUNT_ID, REGION, Settings, tagsFor } from '@slipway/infra-core';
import { awsProvider, EksCluster, eksPolicies, Network } from '@slipway/infra-eks';

export const policies = eksPolicies;

/** Production's cluster on EKS, and the network that it lies in. */
export default function cluster(): Record<string, unknown> {
  const settings = new Settings('production');
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const accountId = settings.text('accountId', ACCOUNT_ID);
  const provider = awsProvider({ region, accountId, tags: tagsFor(environment, 'cluster') });

  const cidr = settings.text('cidr', { pattern: /./, expected: 'a network, as in 10.20.0.0/16' });
  const network = new Network(
    environment,
    { cidr, region, zones: ['a', 'b', 'c'].map((letter) => `${region}${letter}`) },
    { provider },
  );
  const { outputs } = new EksCluster(
    environment,
    {
      network,
      region,
      cidr,
      adminRoleArns: [`arn:aws:iam::${accountId}:role/ci/${environment}-ci-bootstrap`],
    },
    { provider },
  );
  return { ...outputs };
}
