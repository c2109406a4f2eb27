import { Command } from 'commander';
import { affectedBase, readEnvironment, readEnvironmentState } from '@slipway/gitops';
import { print } from './print.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  export?: boolean;
  json?: boolean;
}

export function affectedBaseCommand(): Command {
  return new Command('affected-base')
    .description(
      'Print a base for plain `nx affected` that covers all projects that are due in an environment',
    )
    .option('--env <environment>', 'the environment', 'local')
    .option('--export', 'print the variables that Nx reads: NX_BASE, and NX_HEAD if the work tree is clean')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nFor example: NX_BASE=$(npx slipway affected-base --env development) npx nx affected -t test\n' +
        'In GitHub Actions: npx slipway affected-base --env development --export >> "$GITHUB_ENV"',
    )
    .action(async ({ env, export: variables, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const { affectedProjects } = await import('@slipway/nx/affected');
      const base = await affectedBase(
        await readEnvironmentState(checkout, environment, affectedProjects('fresh')),
      );
      // With a head, Nx ignores uncommitted changes.
      const head = (await checkout.changes()).length === 0 ? await checkout.head() : undefined;
      const lines = [`NX_BASE=${base}`, ...(head === undefined ? [] : [`NX_HEAD=${head}`])];
      print(json, { environment: env, base, ...(head && { head }) }, () =>
        variables ? lines.join('\n') : base,
      );
    });
}
