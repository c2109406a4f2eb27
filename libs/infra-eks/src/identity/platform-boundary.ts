import { document, type PolicyDocument } from './trust.ts';

/** The services that the platform's roles may use; `eks-auth` is Pod Identity. */
const SERVICES = ['autoscaling', 'ec2', 'ecr', 'eks', 'eks-auth', 'elasticloadbalancing', 'kms', 'logs'];

/** The name of an environment's permissions boundary. */
export function platformBoundaryName(environment: string): string {
  return `${environment}-platform-boundary`;
}

/** The ARN of an environment's permissions boundary, which {@link GithubIdentity} creates. */
export function platformBoundaryArn(accountId: string, environment: string): string {
  return `arn:aws:iam::${accountId}:policy/ci/${platformBoundaryName(environment)}`;
}

/**
 * The maximum permissions of a role that CI creates, whatever its policies are: the platform's services in
 * one region, but not IAM or STS. Without it, a principal that may create a role and pass it to an instance
 * could gain all permissions (AWS IAM user guide, "Permissions boundaries for IAM entities": delegating
 * responsibility).
 */
export function platformBoundary(region: string): PolicyDocument {
  return document({
    Sid: 'AtMost',
    Effect: 'Allow',
    Action: SERVICES.map((service) => `${service}:*`),
    Resource: '*',
    Condition: { StringEquals: { 'aws:RequestedRegion': region } },
  });
}
