import { Command } from 'commander';
import { readEnvironment, removeRelease } from '@slipway/gitops';
import { print } from './print.ts';
import { requester } from './requester.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  by?: string;
  json?: boolean;
}

export function removeCommand(): Command {
  return new Command('remove')
    .description('Delete the release of an app that is no longer deployed to an environment')
    .argument('<app>', 'the app that is no longer deployed')
    .requiredOption('--env <environment>', 'the environment')
    .option('--by <name>', "author (default: the user who started the CI run, else Git's user.name)")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nArgo CD then deletes the objects of the app. An app that is still deployed to the environment is refused: delete\n' +
        'its deploy/<environment>.yaml first. Also deletes the record of a stack; nothing in the cloud is destroyed.\n\n' +
        'For example: npx slipway remove api --env production',
    )
    .action(async (app: string, { env, by, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const commit = await removeRelease(checkout, environment, app, await requester(checkout, by));
      print(
        json,
        { app, environment: env, commit },
        () => `${app} is removed from ${env}: commit ${commit.slice(0, 12)}.`,
      );
    });
}
