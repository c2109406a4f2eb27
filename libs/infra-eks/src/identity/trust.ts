import type { Input } from '@pulumi/pulumi';

/** An IAM policy document, with the fields that this library uses. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: PolicyStatement[];
}

interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: Input<string> | Input<string>[];
  Principal?: { Service: string } | { Federated: Input<string> } | { AWS: Input<string> };
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Returns a trust policy that allows one AWS service to assume a role. */
export function serviceTrust(service: string): PolicyDocument {
  return document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

/**
 * Returns a trust policy that allows one ServiceAccount of one cluster to assume a role by EKS Pod Identity,
 * which adds these tags to the session. Source of the tags: EKS user guide, "Grant Pods access to AWS
 * resources based on tags".
 */
export function podTrust(pod: {
  cluster: string;
  namespace: string;
  serviceAccount: string;
}): PolicyDocument {
  return document({
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:RequestTag/eks-cluster-name': pod.cluster,
        'aws:RequestTag/kubernetes-namespace': pod.namespace,
        'aws:RequestTag/kubernetes-service-account': pod.serviceAccount,
      },
    },
  });
}

/**
 * Returns a trust policy that allows workflows with exactly this subject to assume a role. Never use a
 * wildcard: other repositories can have names with the same prefix.
 */
export function githubTrust(providerArn: Input<string>, subject: string): PolicyDocument {
  return document({
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': subject,
      },
    },
  });
}

export function document(...statements: PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}
