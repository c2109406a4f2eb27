import type { TargetConfiguration } from '@nx/devkit';
import { ENVIRONMENTS, PLATFORM } from '@slipway/gitops';
import type { AppFacts } from './app-targets.ts';

/** The targets of the platform: it is released like an app, but has nothing to build. */
export function platformTargets({
  environments,
  defaultEnvironment,
}: Pick<AppFacts, 'environments' | 'defaultEnvironment'>): Record<'deploy', TargetConfiguration> {
  const command = (environment: string) => `slipway deploy ${PLATFORM} --env=${environment}`;
  return {
    deploy: {
      executor: 'nx:run-commands',
      options: { command: command(defaultEnvironment) },
      configurations: Object.fromEntries(environments.map(({ name }) => [name, { command: command(name) }])),
      defaultConfiguration: defaultEnvironment,
      cache: false,
      // What an environment gives to every app is the platform's, so a change of it makes the platform due.
      inputs: ['default', `{workspaceRoot}/${ENVIRONMENTS}/**/*`],
      metadata: {
        description: "Release the platform's chart and the environment's values in the run's commit",
      },
    },
  };
}
