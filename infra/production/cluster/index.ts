import { ACCOUNT_ID, KUBERNETES_VERSION, REGION, stackProgram, tagsFor } from '@slipway/infra-core';
import { awsProvider, EksCluster, eksPolicies, Network, platformBoundaryArn } from '@slipway/infra-eks';

export const policies = eksPolicies;

/** The EKS cluster of production and its network. */
export default stackProgram('production', (settings) => {
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const accountId = settings.text('accountId', ACCOUNT_ID);
  const version = settings.text('version', KUBERNETES_VERSION);
  const cidr = settings.text('cidr', { pattern: /./, expected: 'a network, as in 10.20.0.0/16' });
  const zones = settings.list('zones', {
    pattern: /^[a-z]$/,
    expected: 'the letter of an availability zone',
  });

  const provider = awsProvider({ region, accountId, tags: tagsFor(environment, 'cluster') });
  const permissionsBoundary = platformBoundaryArn(accountId, environment);
  const network = new Network(environment, { cidr, region, zones, permissionsBoundary }, { provider });
  const { outputs } = new EksCluster(
    environment,
    {
      network,
      version,
      permissionsBoundary,
      adminRoleArns: [`arn:aws:iam::${accountId}:role/ci/${environment}-ci-bootstrap`],
    },
    { provider },
  );
  return { ...outputs };
});
