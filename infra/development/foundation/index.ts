import { nameFor, REGION, stackProgram } from '@slipway/infra-core';
import { assertRegion, linodeProvider, lkeFoundationPolicies, StateStore } from '@slipway/infra-lke';

export const policies = lkeFoundationPolicies;

/** Applied once, by an admin: the store of development's Pulumi state. */
export default stackProgram('development', async (settings) => {
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const owner = settings.text('owner', {
    pattern: /^[a-z][a-z0-9]{0,30}$/,
    expected: 'a short lower-case name that is unique to you',
  });
  const provider = linodeProvider();
  await assertRegion(region, 'Object Storage', provider);

  const store = new StateStore(
    environment,
    { region, bucket: nameFor(environment, owner, 'pulumi') },
    { provider },
  );
  return { bucket: store.bucket, accessKey: store.accessKey, secretKey: store.secretKey };
});
