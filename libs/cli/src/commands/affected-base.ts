import { Command } from 'commander';
import { affectedBase, readEnvironment, readSituation } from '@slipway/gitops';
import { print } from '../print.ts';
import { enterWorkspace } from '../workspace.ts';

export function affectedBaseCommand(): Command {
  return new Command('affected-base')
    .description('Print a base for plain `nx affected` that covers all that is due in an environment')
    .option('--env <environment>', 'the environment', 'local')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nFor example: NX_BASE=$(npx slipway affected-base --env development) npx nx affected -t test',
    )
    .action(async ({ env, json }: { env: string; json?: boolean }) => {
      const { root, source } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const { affectedProjects } = await import('@slipway/nx/affected');
      const base = await affectedBase(await readSituation(source, environment, affectedProjects('fresh')));
      print(json, { environment: env, base }, () => base);
    });
}
