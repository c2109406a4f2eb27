import * as pulumi from '@pulumi/pulumi';
import { synth, type Graph, type Program, type SynthOptions } from '../src/index.ts';

/** A resource of a provider without an SDK, written like the classes of generated SDKs. */
export class Thing extends pulumi.CustomResource {
  declare readonly arn: pulumi.Output<string>;
  declare readonly size: pulumi.Output<number>;
  declare readonly endpoint: pulumi.Output<string>;

  constructor(
    name: string,
    inputs: Record<string, unknown> = {},
    options: pulumi.CustomResourceOptions = {},
  ) {
    super('test:index/thing:Thing', name, { arn: undefined, endpoint: undefined, ...inputs }, options);
  }
}

/** A component. */
export class Box extends pulumi.ComponentResource {
  constructor(name: string, inputs: Record<string, unknown> = {}) {
    super('slipway:test:Box', name, inputs);
  }
}

/** Throws from outside the test's folder, like a library. */
export function refuse(reason: string): never {
  throw new Error(reason);
}

export function graphOf(program: Program, options: Partial<SynthOptions> = {}): Promise<Graph> {
  return synth(program, { project: 'shop', stack: 'test', ...options });
}

/** A graph made without a program. */
export function handmade(...resources: Partial<Graph['resources'][number]>[]): Graph {
  return {
    project: 'shop',
    stack: 'test',
    outputs: {},
    resources: resources.map((resource, at) => {
      const { type = 'test:index/thing:Thing', name = `thing-${at}` } = resource;
      const urn = `urn:pulumi:test::shop::${type}::${name}`;
      return { urn, type, name, custom: true, inputs: {}, dependencies: [], options: {}, ...resource };
    }),
  };
}
