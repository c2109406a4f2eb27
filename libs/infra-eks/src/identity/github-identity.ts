import * as iam from '@pulumi/aws/iam/index.js';
import * as pulumi from '@pulumi/pulumi';
import {
  bootstrapPermissions,
  deployPermissions,
  previewPermissions,
  publishPermissions,
  type CiScope,
} from './ci-permissions.ts';
import { githubSubject, type Repository } from './github-subject.ts';
import { platformBoundary, platformBoundaryName } from './platform-boundary.ts';
import { githubTrust } from './trust.ts';

export interface GithubIdentityArgs extends CiScope {
  repository: Repository;
}

/** Different from `/platform/`, because the deploy role must not change CI's roles and boundary. */
const CI_PATH = '/ci/';

/** By CI role: the suffix of the GitHub environment whose workflows may assume it, and its permissions. */
const ROLES = {
  preview: { suffix: '-preview', permissions: previewPermissions },
  deploy: { suffix: '', permissions: deployPermissions },
  publish: { suffix: '-publish', permissions: publishPermissions },
  bootstrap: { suffix: '-bootstrap', permissions: bootstrapPermissions },
};

/**
 * Access for CI to an account without long-lived credentials: GitHub's OIDC provider, one role per purpose,
 * and the permissions boundary of all roles that CI creates.
 */
export class GithubIdentity extends pulumi.ComponentResource {
  readonly roleArns: Readonly<Record<keyof typeof ROLES, pulumi.Output<string>>>;

  /** @throws {InfraError} `invalid` for impossible GitHub names and ids */
  constructor(name: string, args: GithubIdentityArgs, options: pulumi.ComponentResourceOptions) {
    super('slipway:eks:GithubIdentity', name, {}, options);
    const provider = new iam.OpenIdConnectProvider(
      name,
      { url: 'https://token.actions.githubusercontent.com', clientIdLists: ['sts.amazonaws.com'] },
      { parent: this },
    );
    const boundary = platformBoundaryName(args.environment);
    new iam.Policy(
      boundary,
      { name: boundary, path: CI_PATH, policy: platformBoundary(args.region) },
      { parent: this },
    );
    const arns = Object.entries(ROLES).map(([purpose, { suffix, permissions }]) => {
      const title = `${args.environment}-ci-${purpose}`;
      const subject = githubSubject(args.repository, `${args.environment}${suffix}`);
      const role = new iam.Role(
        title,
        {
          name: title,
          path: CI_PATH,
          maxSessionDuration: 3600,
          assumeRolePolicy: githubTrust(provider.arn, subject),
        },
        { parent: this },
      );
      new iam.RolePolicy(title, { role: role.id, policy: permissions(args) }, { parent: this });
      return [purpose, role.arn];
    });
    this.roleArns = Object.fromEntries(arns) as typeof this.roleArns;
    this.registerOutputs();
  }
}
