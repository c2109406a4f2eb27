import { Command } from 'commander';
import {
  GitopsError,
  listEnvironments,
  promote,
  promotionTable,
  readEnvironment,
  type Environment,
} from '@slipway/gitops';
import { copyImage } from '../copy-image.ts';
import { exitCodeOfOutcomes } from '../exit-code.ts';
import { print } from '../print.ts';
import { requester } from '../requester.ts';
import { enterWorkspace } from '../workspace.ts';

interface Options {
  to: string;
  from?: string;
  reason?: string;
  by?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function promoteCommand(): Command {
  return new Command('promote')
    .description('Release in one environment what another one runs: same image, same configuration commit')
    .argument('[apps...]', 'the apps (default: all that both environments deploy)')
    .requiredOption('--to <environment>', 'the environment to release in')
    .option(
      '--from <environment>',
      'the environment that runs it (default: the only one that CI releases main to)',
    )
    .option('--reason <text>', 'why a release that diverged from the present one may replace it')
    .option('--by <name>', "who promotes (default: who started the CI run, else Git's user.name)")
    .option('--dry-run', 'only tell what would become of each app')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nNothing is built: images are copied under their digest to all registries of the target, then one commit records\n' +
        'all apps that got there. Each app is decided by itself: landed, unchanged, held (in either environment),\n' +
        'superseded (the target has something newer; to go back: slipway rollback) or failed, with the reason.\n\n' +
        'For example: npx slipway promote --to production --dry-run\n' +
        '             npx slipway promote api web --from development --to production',
    )
    .action(async (apps: string[], { to: name, from: other, reason, by, dryRun = false, json }: Options) => {
      const { root, source } = await enterWorkspace();
      const to = await readEnvironment(root, name);
      const from = other === undefined ? await defaultFrom(root, name) : await readEnvironment(root, other);
      const result = await promote({
        source,
        from,
        to,
        reason,
        dryRun,
        ...(apps.length > 0 && { apps }),
        ...(await requester(source, by)),
        copyImage: (copy) => copyImage(root, copy),
      });
      print(json, { from: from.name, to: to.name, ...result }, () => promotionTable(from, to, result));
      process.exitCode = exitCodeOfOutcomes(result.outcomes);
    });
}

/**
 * The one environment before the target: that CI releases commits of a branch to.
 *
 * @throws {GitopsError} `usage` where there is none, or several
 */
async function defaultFrom(root: string, to: string): Promise<Environment> {
  const others = (await listEnvironments(root)).filter((name) => name !== to);
  const environments = await Promise.all(others.map((name) => readEnvironment(root, name)));
  const before = environments.filter(({ deploy, source }) => deploy === 'auto' && source !== 'worktree');
  if (before.length === 1 && before[0] !== undefined) return before[0];
  throw new GitopsError(
    'usage',
    `Which environment runs what shall go to ${to}? Name it: --from <environment>. Known: ${others.join(', ') || 'no other'}.`,
    { value: to },
  );
}
