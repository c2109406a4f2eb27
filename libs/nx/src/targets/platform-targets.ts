import type { TargetConfiguration } from '@nx/devkit';
import { ENVIRONMENTS, PLATFORM, PLATFORM_CHART } from '@slipway/gitops';
import type { AppFacts } from './app-targets.ts';
import { lintTarget, renderTarget } from './chart-targets.ts';

/** The targets of the platform. It is released like an app, but nothing is built. */
export function platformTargets({
  environments,
  defaultEnvironment,
  renderer,
}: Pick<AppFacts, 'environments' | 'defaultEnvironment' | 'renderer'>): Record<
  'lint' | 'render' | 'deploy',
  TargetConfiguration
> {
  const command = (environment: string) => `slipway deploy ${PLATFORM} --env=${environment}`;
  return {
    lint: lintTarget([PLATFORM_CHART, `${PLATFORM_CHART}/root`], renderer),
    render: renderTarget(PLATFORM, PLATFORM_CHART, [], renderer),
    deploy: {
      executor: 'nx:run-commands',
      options: { command: command(defaultEnvironment) },
      configurations: Object.fromEntries(environments.map(({ name }) => [name, { command: command(name) }])),
      defaultConfiguration: defaultEnvironment,
      cache: false,
      dependsOn: ['lint', 'render'],
      // An environment's values for all apps belong to the platform, so a change makes the platform due.
      inputs: ['default', `{workspaceRoot}/${ENVIRONMENTS}/**/*`],
      metadata: {
        description: "Release the platform's chart and the environment's values in the run's commit",
      },
    },
  };
}
