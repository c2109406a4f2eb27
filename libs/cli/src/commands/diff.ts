import { Command } from 'commander';
import { diffMarkdown, diffText, GitopsError, readEnvironment, type AppDiff } from '@slipway/gitops';
import {
  diffReleases,
  pairsOfCommits,
  pairsOfRecords,
  pairsWithReleased,
  workTreeCommit,
  type Pairs,
} from '@slipway/gitops/render';
import type { Environment } from '@slipway/gitops';
import { print } from '../print.ts';
import { enterWorkspace, type Workspace } from '../workspace.ts';

interface Options {
  env: string;
  base?: string;
  record?: string[];
  markdown?: boolean;
  json?: boolean;
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('Show which objects change, and what in them: what lies here against what is released')
    .argument('[apps...]', 'the apps, or platform (default: all)')
    .option('--env <environment>', 'the environment', 'local')
    .option('--base <revision>', 'against what this commit would release there; for a pull request')
    .option('--record <commits...>', 'two commits of the ledger, as `slipway history` shows them')
    .option('--markdown', 'print Markdown, for a pull request')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nRendered offline, as Argo CD renders it. Images are those that are released, so what is shown is configuration;\n' +
        'with --record they are those of the records. What Secrets hold is masked: only that it changed is told.\n\n' +
        'For example: npx slipway diff --env production\n' +
        '             npx slipway diff --env development --base origin/main --markdown',
    )
    .action(async (apps: string[], options: Options) => {
      const workspace = await enterWorkspace();
      const environment = await readEnvironment(workspace.root, options.env);
      const { pairs, platforms } = await pairsFor(workspace, environment, options);
      const unknown = apps.find((app) => !pairs.some((pair) => pair.app === app));
      if (unknown !== undefined) {
        throw new GitopsError(
          'usage',
          `${options.env} has no "${unknown}" to compare. Known: ${pairs.map(({ app }) => app).join(', ') || 'nothing'}.`,
          { value: unknown },
        );
      }
      const asked = apps.length > 0 ? pairs.filter(({ app }) => apps.includes(app)) : pairs;
      const diffs = await diffReleases(workspace.checkout, environment, asked, platforms);
      print(options.json, { environment: options.env, apps: diffs }, () => text(options, diffs));
    });
}

function text({ env, markdown }: Options, diffs: readonly AppDiff[]): string {
  if (diffs.length === 0) return `Nothing is released in ${env}, and nothing here is deployed there.`;
  return markdown ? diffMarkdown(diffs) : diffText(diffs);
}

async function pairsFor(
  { checkout }: Workspace,
  environment: Environment,
  { base, record }: Options,
): Promise<Pairs> {
  if (record !== undefined) {
    const [before, after, ...more] = record;
    if (before === undefined || after === undefined || more.length > 0 || base !== undefined) {
      throw new GitopsError('usage', '--record takes two commits of the ledger, and no --base.', {
        value: record,
      });
    }
    return pairsOfRecords(checkout, environment, before, after);
  }
  const here = environment.source === 'worktree' ? await workTreeCommit(checkout) : await checkout.head();
  if (base === undefined) return pairsWithReleased(checkout, environment, here);
  const commit = await checkout.resolve(base);
  if (commit === undefined) {
    throw new GitopsError('usage', `This checkout has no commit "${base}". Fetch it first.`, { value: base });
  }
  return pairsOfCommits(checkout, environment, commit, here);
}
