import type { Graph, Value } from '../graph/graph.ts';
import type { Policy } from './policy.ts';

/** The used fields of a resource in a Pulumi policy pack (`PolicyResource` of @pulumi/policy 1.21). */
interface PackResource {
  type: string;
  props: Record<string, unknown>;
  urn: string;
  name: string;
  opts: { protect: boolean; ignoreChanges: readonly string[] };
  parent?: { urn: string };
  dependencies: readonly { urn: string }[];
}

/** A stack policy in the form that a Pulumi policy pack accepts (`StackValidationPolicy`). */
export interface PackPolicy {
  name: string;
  description: string;
  enforcementLevel: 'mandatory';
  validateStack(
    args: { resources: readonly PackResource[] },
    report: (message: string, urn?: string) => void,
  ): void;
}

/**
 * Converts policies for `new PolicyPack(name, { policies: packPolicies(policies) })`, which `pulumi preview
 * --policy-pack` runs on the engine's resources. This package does not import @pulumi/policy: that starts a
 * server.
 */
export function packPolicies(policies: readonly Policy[]): PackPolicy[] {
  return policies.map(({ name, description, check }) => ({
    name,
    description,
    enforcementLevel: 'mandatory',
    validateStack({ resources }, report) {
      for (const { message, urn } of check(graphOf(resources))) report(message, urn);
    },
  }));
}

function graphOf(resources: readonly PackResource[]): Graph {
  const [, stack = '', project = ''] = /^urn:pulumi:(.*?)::(.*?)::/.exec(resources[0]?.urn ?? '') ?? [];
  return {
    project,
    stack,
    outputs: {},
    resources: resources.map(({ type, props, urn, name, opts, parent, dependencies }) => ({
      urn,
      type,
      name,
      ...(parent && { parent: parent.urn }),
      custom: !('relaxations' in props),
      inputs: props as Record<string, Value>,
      dependencies: dependencies.map((dependency) => dependency.urn),
      options: {
        ...(opts.protect && { protect: true }),
        ...(opts.ignoreChanges.length > 0 && { ignoreChanges: [...opts.ignoreChanges] }),
      },
    })),
  };
}
