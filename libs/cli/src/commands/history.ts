import { Command } from 'commander';
import { GitopsError, history, readEnvironment, type HistoryEntry } from '@slipway/gitops';
import { table } from '@slipway/gitops/cli';
import { print } from './print.ts';
import { enterWorkspace } from './workspace.ts';

interface Options {
  env: string;
  limit: string;
  json?: boolean;
}

export function historyCommand(): Command {
  return new Command('history')
    .description(
      'Show the releases of an app or the updates of a stack, newest first: when, by whom, what changed',
    )
    .argument('<app>', 'the app, platform, or a stack')
    .option('--env <environment>', 'the environment', 'local')
    .option('--limit <count>', 'maximum number of entries', '20')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe history is read from Git: each row is a commit of the ledger. `slipway rollback --to` accepts the values of\n' +
        'IMAGE, CONFIGURATION and LEDGER. For a stack, CONFIGURATION is the applied commit and IMAGE its graph.',
    )
    .action(async (app: string, { env, limit, json }: Options) => {
      const { root, checkout } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const entries = await history(checkout, environment, app, { limit: wholeNumber(limit) });
      print(json, entries, () => table(HEADINGS, entries.map(row)));
    });
}

/** @throws {GitopsError} `usage` */
function wholeNumber(limit: string): number {
  if (/^[1-9]\d{0,8}$/.test(limit)) return Number(limit);
  throw new GitopsError('usage', `"${limit}" is not a limit. Use a whole number of at least 1.`, {
    value: limit,
  });
}

const HEADINGS = ['WHEN (UTC)', 'ACTION', 'BY', 'IMAGE', 'CONFIGURATION', 'CHANGED', 'LEDGER', 'NOTE'];

function row(entry: HistoryEntry): string[] {
  const { at, action, by, release, pending, changed, commit, reason, problem, run } = entry;
  const unfinished = pending && `the update to ${pending.slice(0, 12)} did not finish`;
  return [
    new Date(at).toISOString().slice(0, 16).replace('T', ' '),
    action,
    by,
    release?.image?.tag ?? release?.graph?.slice(0, 19) ?? '-',
    release?.release.config.slice(0, 12) ?? '-',
    changed.join(', '),
    commit.slice(0, 12),
    [problem ?? reason ?? unfinished, run].filter(Boolean).join(' '),
  ];
}
