import * as iam from '@pulumi/aws/iam/index.js';
import type { Resource } from '@pulumi/pulumi';
import type { PolicyDocument } from './trust.ts';

/** The path of every role that the stacks of an environment make, apart from `/ci/`, where CI's own are. */
export const PLATFORM_PATH = '/platform/';

export interface PlatformRoleArgs {
  /** Who may assume it. */
  trust: PolicyDocument;
  /** Policies of AWS, by the end of their ARN: `AmazonEKSClusterPolicy`. @default none */
  managed?: readonly string[];
  /** The ARN of what it can do at most; see {@link platformBoundaryArn}. @default no limit */
  permissionsBoundary?: string | undefined;
}

/** A role for a part of the platform, with the policies of AWS that it gets. */
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
