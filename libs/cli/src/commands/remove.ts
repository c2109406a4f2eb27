import { Command } from 'commander';
import { readEnvironment, removeRelease } from '@slipway/gitops';
import { print } from '../print.ts';
import { enterWorkspace } from '../workspace.ts';

export function removeCommand(): Command {
  return new Command('remove')
    .description('Delete the release of an app that is no longer deployed to an environment')
    .argument('<app>', 'the app that is gone')
    .requiredOption('--env <environment>', 'the environment')
    .option('--json', 'print JSON')
    .action(async (app: string, { env, json }: { env: string; json?: boolean }) => {
      const { root, source } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const commit = await removeRelease(source, environment, app);
      print(
        json,
        { app, environment: env, commit },
        () => `${app} is removed from ${env}: commit ${commit.slice(0, 12)}.`,
      );
    });
}
