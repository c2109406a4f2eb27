import type { Input } from '@pulumi/pulumi';

/** A policy document, as far as this library writes them. */
export interface PolicyDocument {
  Version: '2012-10-17';
  Statement: PolicyStatement[];
}

export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource?: Input<string> | Input<string>[];
  Principal?: { Service: string } | { Federated: Input<string> } | { AWS: Input<string> };
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Lets one AWS service assume a role. */
export function serviceTrust(service: string): PolicyDocument {
  return document({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });
}

/**
 * Lets one ServiceAccount of one cluster assume a role by EKS Pod Identity, which tags the session with who it is.
 * Source of the tags: EKS user guide, "Grant Pods access to AWS resources based on tags".
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

/** Lets workflows with exactly this subject assume a role. No wildcard, ever: a prefix is somebody else's name, too. */
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

/** A document of these statements. */
export function document(...statements: PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}
