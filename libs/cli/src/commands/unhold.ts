import { Command } from 'commander';
import { readEnvironment, unhold, type Environment, type UnholdResult } from '@slipway/gitops';
import { describeHold } from './describe-hold.ts';
import { print } from './print.ts';
import { requester } from './requester.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  by?: string;
  json?: boolean;
}

export function unholdCommand(): Command {
  return new Command('unhold')
    .description('Lift the hold of an app, so the next run deploys its pending release')
    .argument('<app>', 'the held app')
    .requiredOption('--env <environment>', 'the environment')
    .option('--by <name>', "author (default: the user who started the CI run, else Git's user.name)")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThis command itself deploys nothing. After a rollback the app is due, so the next run releases the state of\n' +
        'main again: fix main first. For an app that is not held there is nothing to do.\n\n' +
        'For example: npx slipway unhold api --env production',
    )
    .action(async (app: string, { env, by, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const result = await unhold(checkout, environment, app, await requester(checkout, by));
      print(json, { environment: env, ...result }, () => describe(environment, result));
    });
}

function describe({ name, deploy }: Environment, { app, lifted, commit }: UnholdResult): string {
  if (lifted === undefined || commit === undefined) return `${app} is not held in ${name}: nothing to do.`;
  const next =
    deploy === 'promote'
      ? `npx slipway promote ${app} --to ${name}`
      : `npx slipway affected -t build test deploy -c ${name}`;
  return [
    `${app} is no longer held in ${name}: commit ${commit.slice(0, 12)}. It was held ${describeHold(lifted)}.`,
    `To release its current state: ${next}`,
  ].join('\n');
}
