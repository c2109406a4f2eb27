import type { ResourceTransformationArgs } from '@pulumi/pulumi';

/**
 * Properties that are text in every resource type, so a placeholder can replace them and appear in policies
 * and tags. All other values known only after apply stay unknown, as in a preview.
 */
const NAMED: ReadonlySet<string> = new Set(['arn']);

/** The placeholder for a property, as in `${aws:iam/role:Role::deploy.arn}`. */
export function placeholder(type: string, name: string, property: string): string {
  return `\${${type}::${name}.${property}}`;
}

/**
 * Records which properties of each resource the cloud fills in. The SDK classes of a provider pass them as
 * undefined properties, which only a transformation can see.
 */
export class Placeholders {
  readonly #open = new Map<string, string[]>();

  /** The callback to register as a transformation of the stack. */
  readonly observe = ({ type, name, props }: ResourceTransformationArgs): undefined => {
    const open = Object.keys(props as object).filter((key) => (props as never)[key] === undefined);
    this.#open.set(`${type}::${name}`, open);
    return undefined;
  };

  /** Returns the placeholders for a resource's undefined properties. */
  for(type: string, name: string): Record<string, string> {
    const open = this.#open.get(`${type}::${name}`) ?? [];
    return Object.fromEntries(
      open.filter((key) => NAMED.has(key)).map((key) => [key, placeholder(type, name, key)]),
    );
  }
}
