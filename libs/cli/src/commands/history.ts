import { Command } from 'commander';
import { history, readEnvironment, table, type HistoryEntry } from '@slipway/gitops';
import { print } from '../print.ts';
import { enterWorkspace } from '../workspace.ts';

interface Options {
  env: string;
  limit: string;
  json?: boolean;
}

export function historyCommand(): Command {
  return new Command('history')
    .description('Show what was released of an app, newest first: when, by whom, what changed')
    .argument('<app>', 'the app')
    .option('--env <environment>', 'the environment', 'local')
    .option('--limit <count>', 'how many entries at most', '20')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nIt is read from Git alone: each row is a commit of the ledger. IMAGE, CONFIGURATION and LEDGER are names that\n' +
        '`slipway rollback --to` takes.',
    )
    .action(async (app: string, { env, limit, json }: Options) => {
      const { root, source } = await enterWorkspace();
      const environment = await readEnvironment(root, env);
      const entries = await history(source, environment, app, { limit: Number(limit) });
      print(json, entries, () => table(HEADINGS, entries.map(row)));
    });
}

const HEADINGS = ['WHEN (UTC)', 'ACTION', 'BY', 'IMAGE', 'CONFIGURATION', 'CHANGED', 'LEDGER', 'NOTE', 'RUN'];

function row({ at, action, by, release, changed, commit, reason, problem, run }: HistoryEntry): string[] {
  return [
    new Date(at).toISOString().slice(0, 16).replace('T', ' '),
    action,
    by,
    release?.image?.tag ?? '-',
    release?.release.config.slice(0, 12) ?? '-',
    changed.join(', '),
    commit.slice(0, 12),
    (problem ?? reason ?? '').replaceAll('\n', ' '),
    run ?? '',
  ];
}
