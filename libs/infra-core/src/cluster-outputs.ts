import type { Input, Output } from '@pulumi/pulumi';

/** What every cluster hands on, whatever its cloud: all that bootstrap and people need, and no type of a provider. */
export interface ClusterOutputs {
  /** The cluster's name in its cloud. */
  name: Output<string>;
  /** `https://…` of the Kubernetes API. */
  endpoint: Output<string>;
  /** A kubeconfig as YAML or JSON; always a secret, also where it holds no credential. */
  kubeconfig: Output<string>;
  region: string;
  /** Ids and names that the platform's add-ons are configured with; never a secret. */
  facts: Readonly<Record<string, Input<string> | readonly Input<string>[]>>;
}
