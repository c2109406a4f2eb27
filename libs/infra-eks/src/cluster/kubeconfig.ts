import type * as eks from '@pulumi/aws/eks/index.js';
import * as pulumi from '@pulumi/pulumi';

/**
 * A kubeconfig that gets a token from the AWS CLI on each use. It contains no credential, but is a secret
 * like the kubeconfigs of other clouds, so callers can treat them alike.
 */
export function kubeconfig(cluster: eks.Cluster, region: string): pulumi.Output<string> {
  const { name, endpoint: server, certificateAuthority } = cluster;
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'aws',
    args: ['eks', 'get-token', '--region', region, '--cluster-name', name],
    interactiveMode: 'Never',
  };
  return pulumi.secret(
    pulumi.jsonStringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority-data': certificateAuthority.data } }],
      users: [{ name, user: { exec } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    }),
  );
}
