import { KUBERNETES_VERSION, REGION, Settings, tagsFor } from '@slipway/infra-core';
import { assertOffered, linodeProvider, LkeCluster, lkePolicies } from '@slipway/infra-lke';

export const policies = lkePolicies;

/** Development's cluster on LKE, cheaper than production's where an hour without it hurts nobody outside. */
export default async function cluster(): Promise<Record<string, unknown>> {
  const settings = new Settings('development');
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const version = settings.text('version', KUBERNETES_VERSION);
  const provider = linodeProvider();
  await assertOffered({ region, version }, provider);

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
}
