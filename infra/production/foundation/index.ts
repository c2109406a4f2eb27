import {
  ACCOUNT_ID,
  GITHUB_ID,
  GITHUB_NAME,
  nameFor,
  REGION,
  stackProgram,
  tagsFor,
} from '@slipway/infra-core';
import { awsProvider, foundationPolicies, GithubIdentity, StateStore } from '@slipway/infra-eks';

export const policies = foundationPolicies;

/** Applied once, by an admin: the store of production's Pulumi state, and the CI roles of the account. */
export default stackProgram('production', (settings) => {
  const { environment } = settings;
  const region = settings.text('region', REGION);
  const accountId = settings.text('accountId', ACCOUNT_ID);
  const provider = awsProvider({ region, accountId, tags: tagsFor(environment, 'foundation') });

  const state = new StateStore(
    environment,
    { bucket: nameFor(environment, 'pulumi', `a${accountId}`) },
    { provider },
  );
  const ci = new GithubIdentity(
    environment,
    {
      environment,
      region,
      accountId,
      stateBucketArn: state.bucketArn,
      stateKeyArn: state.keyArn,
      repositoryPrefix: 'services',
      repository: {
        owner: settings.text('githubOwner', GITHUB_NAME),
        ownerId: settings.text('githubOwnerId', GITHUB_ID),
        repo: settings.text('githubRepo', GITHUB_NAME),
        repoId: settings.text('githubRepoId', GITHUB_ID),
      },
    },
    { provider },
  );
  return { stateBucket: state.bucket, stateKeyArn: state.keyArn, roleArns: ci.roleArns };
});
