import type { ResourceTransformationArgs } from '@pulumi/pulumi';

/**
 * Properties that are text in every resource that has them, so that a named stand-in can take their place and flow
 * into policies and tags. Everything else that only the cloud can tell stays unknown, as in a preview.
 */
const NAMED: ReadonlySet<string> = new Set(['arn']);

/** The stand-in for a property: `${aws:iam/role:Role::deploy.arn}`. */
export function placeholder(type: string, name: string, property: string): string {
  return `\${${type}::${name}.${property}}`;
}

/**
 * Remembers which properties each resource leaves for the cloud to fill in. The classes of a provider's SDK list
 * them as properties without a value, and a transformation is where they can be seen.
 */
export class Placeholders {
  readonly #open = new Map<string, string[]>();

  /** To be registered as a transformation of the stack. */
  readonly observe = ({ type, name, props }: ResourceTransformationArgs): undefined => {
    const open = Object.keys(props as object).filter((key) => (props as never)[key] === undefined);
    this.#open.set(`${type}::${name}`, open);
    return undefined;
  };

  /** Stand-ins for a resource's open properties. */
  for(type: string, name: string): Record<string, string> {
    const open = this.#open.get(`${type}::${name}`) ?? [];
    return Object.fromEntries(
      open.filter((key) => NAMED.has(key)).map((key) => [key, placeholder(type, name, key)]),
    );
  }
}
