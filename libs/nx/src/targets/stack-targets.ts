import { basename, dirname } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';

/** The facts that determine the targets of a stack. */
export interface StackFacts {
  /** The stack's folder, from the root of the workspace: `infra/<environment>/<stack>`. */
  root: string;
  /** All environments, for the configurations of `deploy`. */
  environments: readonly string[];
  /** The environment of a run without `-c`. */
  defaultEnvironment: string;
  /** Runs never apply the stack: `slipway.apply` in its `package.json` is `by-hand`. */
  byHand: boolean;
  /** The folder of the graph maker's sources, if they are in this workspace. */
  maker?: string | undefined;
}

/** The names of the targets that the plugin makes for a stack. */
type StackTarget = 'synth' | 'policy' | 'test' | 'deploy';

/**
 * The targets of a folder with `Pulumi.yaml`. Each is a command that users can also run. All except `deploy`
 * are pure and cached and need no cloud. `test` fails if the checked-in graph is not the program's graph.
 */
export function stackTargets(facts: StackFacts): Record<StackTarget, TargetConfiguration> {
  const { root, maker } = facts;
  const pure = {
    executor: 'nx:run-commands',
    cache: true,
    inputs: ['default', '^default', ...(maker ? [`{workspaceRoot}/${maker}/**/*`] : [])],
  };
  return {
    synth: {
      ...pure,
      options: { command: `slipway stack synth ${root}` },
      outputs: ['{projectRoot}/dist/graph.*'],
      metadata: { description: 'Make the resource graph of the stack and its picture, without a cloud' },
    },
    policy: {
      ...pure,
      options: { command: `slipway stack policy ${root}` },
      metadata: { description: 'Check the resource graph against the policies of the stack' },
    },
    test: {
      ...pure,
      dependsOn: ['policy'],
      options: { command: `slipway stack check ${root}` },
      metadata: { description: 'Fail if the checked-in graph differs from the graph of the program' },
    },
    deploy: deploy(facts),
  };
}

function deploy({ root, environments, defaultEnvironment, byHand }: StackFacts): TargetConfiguration {
  const plan = `slipway stack plan ${root}`;
  const own = basename(dirname(root));
  const commandIn = (name: string) =>
    name === own && !byHand ? `slipway stack deploy ${root} --env=${name}` : plan;
  return {
    executor: 'nx:run-commands',
    options: { command: plan },
    configurations: Object.fromEntries(environments.map((name) => [name, { command: commandIn(name) }])),
    defaultConfiguration: defaultEnvironment,
    cache: false,
    dependsOn: ['synth', 'test'],
    metadata: {
      description: 'Show the differences from the applied graph; apply only with -c and the own environment',
    },
  };
}
