/** A value in a graph: JSON, with {@link SECRET} and {@link UNKNOWN} objects instead of some values. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** The key of the object that replaces a secret value. */
export const SECRET = '$secret';

/** The key of the object that replaces a value known only after apply. It lists the value's resources. */
export const UNKNOWN = '$unknown';

/** A resource as the program registers it. */
export interface GraphResource {
  /** Its identity within the stack: type path and name, as the engine builds it. */
  urn: string;
  /** The provider's type token, as in `aws:eks/cluster:Cluster`. */
  type: string;
  name: string;
  /** URN of the parent component. Absent for resources directly in the stack. */
  parent?: string;
  /** `false` for components, which only group other resources and do not exist in the cloud. */
  custom: boolean;
  inputs: { readonly [property: string]: Value };
  /** URNs of the resources that must exist first, sorted. */
  dependencies: readonly string[];
  /** Options that differ from their default: `protect`, `ignoreChanges`, `deleteBeforeReplace`, … */
  options: { readonly [option: string]: Value };
}

/** The resources that a program would create, in canonical form: equal programs give equal text. */
export interface Graph {
  project: string;
  stack: string;
  /** Sorted by URN; the stack's own resource is left out. */
  resources: readonly GraphResource[];
  outputs: { readonly [name: string]: Value };
}

/** A short name for people, as in `eks.Cluster main`. */
export function shortName({ type, name }: Pick<GraphResource, 'type' | 'name'>): string {
  return `${shortType(type)} ${name}`;
}

/** `aws:eks/cluster:Cluster` as `eks.Cluster`; `linode:index/firewall:Firewall` as `linode.Firewall`. */
export function shortType(type: string): string {
  const [provider = '', module = '', kind = ''] = type.split(':');
  const folder = module.split('/')[0] as string;
  return kind === '' ? type : `${folder === 'index' ? provider : folder}.${kind}`;
}
