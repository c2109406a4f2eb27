import { document, type PolicyDocument } from './trust.ts';

/** What the roles of the platform can need, each in its own way: `eks-auth` is Pod Identity. */
const SERVICES = ['autoscaling', 'ec2', 'ecr', 'eks', 'eks-auth', 'elasticloadbalancing', 'kms', 'logs'];

/** The name of an environment's boundary, the same for who makes it and for who must use it. */
export function platformBoundaryName(environment: string): string {
  return `${environment}-platform-boundary`;
}

/** The ARN of an environment's boundary, which {@link GithubIdentity} makes. */
export function platformBoundaryArn(accountId: string, environment: string): string {
  return `arn:aws:iam::${accountId}:policy/ci/${platformBoundaryName(environment)}`;
}

/**
 * What a role that CI makes can do at most, whatever policies it is given: services of the platform in one region, and
 * nothing of IAM or STS. Without it, who may make a role and hand it to an instance may do everything by way of it
 * (AWS IAM user guide, "Permissions boundaries for IAM entities": delegating responsibility).
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
