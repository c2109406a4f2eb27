import { ACCOUNT_ID, REGION, stackProgram, tagsFor } from '@slipway/infra-core';
import { awsProvider, Registry, registryPolicies } from '@slipway/infra-eks';

export const policies = registryPolicies;

/** One repository per service that may run in production. */
export default stackProgram('production', (settings) => {
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const accountId = settings.text('accountId', ACCOUNT_ID);
  const provider = awsProvider({ region, accountId, tags: tagsFor(environment, 'registry') });

  const services = settings.list('services', { pattern: /^[a-z0-9._-]+$/, expected: "a service's name" });
  const { repositoryUrls } = new Registry(environment, { services }, { provider });
  return { repositoryUrls };
});
