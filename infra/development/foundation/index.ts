import { nameFor, REGION, Settings } from '@slipway/infra-core';
import { linodeProvider, lkeFoundationPolicies, StateStore } from '@slipway/infra-lke';

export const policies = lkeFoundationPolicies;

/** Applied once, by an admin: where the state of development lies. */
export default function foundation(): Record<string, unknown> {
  const settings = new Settings('development');
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const owner = settings.text('owner', { pattern: /^[a-z][a-z0-9]*$/, expected: 'a short word of your own' });
  const store = new StateStore(
    environment,
    { region, bucket: nameFor(environment, owner, 'pulumi') },
    { provider: linodeProvider() },
  );
  return { bucket: store.bucket, accessKey: store.accessKey, secretKey: store.secretKey };
}
