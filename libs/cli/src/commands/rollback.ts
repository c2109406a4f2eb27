import { Command } from 'commander';
import { readEnvironment, rollback, type Release, type RollbackResult } from '@slipway/gitops';
import { describeHold } from './describe-hold.ts';
import { print } from './print.ts';
import { requester } from './requester.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  reason: string;
  to?: string;
  until?: string;
  by?: string;
  json?: boolean;
}

export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('Go back to an older release of an app, image and configuration, and hold it there')
    .argument('<app>', 'the app to roll back')
    .requiredOption('--env <environment>', 'the environment')
    .requiredOption('--reason <text>', 'why; shown wherever the hold takes effect')
    .option(
      '--to <release>',
      'a tag, digest, configuration commit or ledger commit (default: the release before this one)',
    )
    .option('--until <time>', 'when the hold ends: 2h, 3d, or 2026-12-01T08:00Z (default: when lifted)')
    .option('--by <name>', "author (default: the user who started the CI run, else Git's user.name)")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA rollback is a new commit on the ledger, which Argo CD follows; nothing is built and no history is rewritten.\n' +
        'The hold keeps the next run from undoing it. When the cause is fixed on main: slipway unhold.\n' +
        'To list older releases: slipway history. Values that the environment gives to every app are not rolled back.\n\n' +
        'For example: npx slipway rollback api --env production --reason "errors since 14:00"',
    )
    .action(async (app: string, { env, reason, to, until, by, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const author = await requester(checkout, by);
      const result = await rollback(checkout, environment, app, { ...author, reason, to, until });
      print(json, { environment: env, ...result }, () => describe(env, result));
    });
}

const named = ({ image, release }: Release): string =>
  `${image ? `${image.tag} with ` : ''}configuration ${release.config.slice(0, 12)}`;

function describe(environment: string, { app, before, after, commit }: RollbackResult): string {
  if (commit === undefined) {
    return [
      `${app} in ${environment} is already ${named(after)}: nothing was written.`,
      `To keep it there: npx slipway hold ${app} --env ${environment} --reason <why>`,
    ].join('\n');
  }
  const lines = [
    `${app} in ${environment} is rolled back: commit ${commit.slice(0, 12)}.`,
    `  from  ${named(before)}`,
    `  to    ${named(after)}`,
  ];
  if (after.hold) lines.push(`It is held ${describeHold(after.hold)}.`);
  if (before.hold) lines.push(`This replaces the hold ${describeHold(before.hold)}.`);
  lines.push(`When the cause is fixed: npx slipway unhold ${app} --env ${environment}`);
  return lines.join('\n');
}
