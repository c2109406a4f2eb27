import * as iam from '@pulumi/aws/iam/index.js';
import type { Resource } from '@pulumi/pulumi';
import type { PolicyDocument } from './trust.ts';

/** The path of all roles that the stacks create; the roles of CI itself have the path `/ci/`. */
export const PLATFORM_PATH = '/platform/';

export interface PlatformRoleArgs {
  /** The trust policy. */
  trust: PolicyDocument;
  /** AWS managed policies, by the end of their ARN, as in `AmazonEKSClusterPolicy`. @default none */
  managed?: readonly string[];
  /** The ARN of its permissions boundary; see {@link platformBoundaryArn}. @default no boundary */
  permissionsBoundary?: string | undefined;
}

/** Adds a role for a part of the platform and attaches its AWS managed policies. */
export function addPlatformRole(
  title: string,
  { trust, managed = [], permissionsBoundary }: PlatformRoleArgs,
  parent: Resource,
): { role: iam.Role; attachments: iam.RolePolicyAttachment[] } {
  const role = new iam.Role(
    title,
    {
      name: title,
      path: PLATFORM_PATH,
      assumeRolePolicy: trust,
      ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    },
    { parent },
  );
  const attachments = managed.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        `${title}-${policy.split('/').at(-1)}`,
        { role: role.id, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        { parent },
      ),
  );
  return { role, attachments };
}
