import { KUBERNETES_VERSION, REGION, stackProgram, tagsFor } from '@slipway/infra-core';
import { assertRegion, assertVersion, linodeProvider, LkeCluster, lkePolicies } from '@slipway/infra-lke';

export const policies = lkePolicies;

/** The LKE cluster of development, cheaper than production's, because its outages do not affect users. */
export default stackProgram('development', async (settings) => {
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const version = settings.text('version', KUBERNETES_VERSION);
  const provider = linodeProvider();
  await assertRegion(region, 'Kubernetes', provider);
  await assertVersion(version, provider);

  const apiNetworks = settings.list('apiNetworks', { pattern: /./, expected: 'a network' });
  const { outputs } = new LkeCluster(
    environment,
    {
      region,
      version,
      apiNetworks,
      tags: tagsFor(environment, 'cluster'),
      singleControlPlane: { reason: 'an API outage of an hour does not affect users' },
      pools: [{ min: 2, max: 4, small: { reason: 'one node may be unavailable for a while' } }],
    },
    { provider },
  );
  return { ...outputs };
});
