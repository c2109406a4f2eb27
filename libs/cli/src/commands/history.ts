import { Command } from 'commander';
import { GitopsError, history, readEnvironment, type HistoryEntry } from '@slipway/gitops';
import { table } from '@slipway/gitops/cli';
import { print } from '../print.ts';
import { enterWorkspace } from '../workspace.ts';

interface Options {
  env: string;
  limit: string;
  json?: boolean;
}

export function historyCommand(): Command {
  return new Command('history')
    .description(
      'Show what was released of an app or applied of a stack, newest first: when, by whom, what changed',
    )
    .argument('<app>', 'the app, platform, or a stack')
    .option('--env <environment>', 'the environment', 'local')
    .option('--limit <count>', 'how many entries at most', '20')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nIt is read from Git alone: each row is a commit of the ledger. IMAGE, CONFIGURATION and LEDGER are names that\n' +
        '`slipway rollback --to` takes. Of a stack, CONFIGURATION is the commit that was applied, and IMAGE its graph.',
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
  throw new GitopsError('usage', `"${limit}" is no limit. --limit is a whole number from 1 on.`, {
    value: limit,
  });
}

const HEADINGS = ['WHEN (UTC)', 'ACTION', 'BY', 'IMAGE', 'CONFIGURATION', 'CHANGED', 'LEDGER', 'NOTE'];

function row(entry: HistoryEntry): string[] {
  const { at, action, by, release, pending, changed, commit, reason, problem, run } = entry;
  const unended = pending && `the update to ${pending.slice(0, 12)} did not end`;
  return [
    new Date(at).toISOString().slice(0, 16).replace('T', ' '),
    action,
    by,
    release?.image?.tag ?? release?.graph?.slice(0, 19) ?? '-',
    release?.release.config.slice(0, 12) ?? '-',
    changed.join(', '),
    commit.slice(0, 12),
    [problem ?? reason ?? unended, run].filter(Boolean).join(' '),
  ];
}
