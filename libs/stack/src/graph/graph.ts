/** A value in a graph: JSON, with {@link Secret} and {@link Unknown} where a value cannot or must not be shown. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** What stands for a secret, whatever it holds. */
export const SECRET = '$secret';

/** What stands for a value that only the cloud can tell; holds the resources that it comes from. */
export const UNKNOWN = '$unknown';

/** A resource as its program registers it. */
export interface GraphResource {
  /** Its identity within the stack: type path and name, as the engine builds it. */
  urn: string;
  /** Type token of the provider, as in `aws:eks/cluster:Cluster`. */
  type: string;
  name: string;
  /** URN of the component around it; none for what lies directly in the stack. */
  parent?: string;
  /** `false` for components, which group others and exist in no cloud. */
  custom: boolean;
  inputs: { readonly [property: string]: Value };
  /** URNs of all resources that must be there first, sorted. */
  dependencies: readonly string[];
  /** Options that are not at their default: `protect`, `ignoreChanges`, `deleteBeforeReplace`, … */
  options: { readonly [option: string]: Value };
}

/** What a program would make, in one canonical form: equal programs give equal text. */
export interface Graph {
  project: string;
  stack: string;
  /** Sorted by URN; without the stack itself. */
  resources: readonly GraphResource[];
  outputs: { readonly [name: string]: Value };
}

/** The last part of a URN: `Type::name`, enough to tell resources of one stack apart for people. */
export function shortName({ type, name }: Pick<GraphResource, 'type' | 'name'>): string {
  return `${shortType(type)} ${name}`;
}

/** `aws:eks/cluster:Cluster` as `eks.Cluster`; `linode:index/firewall:Firewall` as `linode.Firewall`. */
export function shortType(type: string): string {
  const [provider = '', module = '', kind = ''] = type.split(':');
  const folder = module.split('/')[0] as string;
  return kind === '' ? type : `${folder === 'index' ? provider : folder}.${kind}`;
}
