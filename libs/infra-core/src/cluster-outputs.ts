import type { Input, Output } from '@pulumi/pulumi';

/** The outputs of a cluster on any cloud, for bootstrap and for people. Contains no provider types. */
export interface ClusterOutputs {
  /** The cluster's name in its cloud. */
  name: Output<string>;
  /** The `https://…` URL of the Kubernetes API. */
  endpoint: Output<string>;
  /** A kubeconfig as YAML or JSON. Always a secret, even if it contains no credential. */
  kubeconfig: Output<string>;
  region: string;
  /** Ids and names for the configuration of the platform's add-ons. Never secret. */
  facts: Readonly<Record<string, Input<string> | readonly Input<string>[]>>;
}
