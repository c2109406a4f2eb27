import { KUBERNETES_VERSION, REGION, stackProgram, tagsFor } from '@slipway/infra-core';
import { assertRegion, assertVersion, linodeProvider, LkeCluster, lkePolicies } from '@slipway/infra-lke';

export const policies = lkePolicies;

/** Development's cluster on LKE, cheaper than production's where an hour without it hurts nobody outside. */
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
      singleControlPlane: { reason: 'an hour without its API hurts nobody outside' },
      pools: [{ min: 2, max: 4, small: { reason: 'one node can be missed for a while' } }],
    },
    { provider },
  );
  return { ...outputs };
});
