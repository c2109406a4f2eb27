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
import { print } from './print.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

interface Options {
  env: string;
  base?: string;
  record?: string[];
  markdown?: boolean;
  json?: boolean;
}

export function diffCommand(): Command {
  return new Command('diff')
    .description('Show which objects and fields change between the released state and this checkout')
    .argument('[apps...]', 'the apps, or platform (default: all)')
    .option('--env <environment>', 'the environment', 'local')
    .option('--base <revision>', 'compare with the release that this commit would make; for a pull request')
    .option('--record <commits...>', 'compare two commits of the ledger, as listed by `slipway history`')
    .option('--markdown', 'print Markdown, for a pull request')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nObjects are rendered offline, as Argo CD renders them. Both sides use the released images, so the diff shows\n' +
        'configuration; --record uses the images of the records. Values of Secrets are masked: only changes are reported.\n\n' +
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
          `${options.env} has no app "${unknown}" to compare. Known: ${pairs.map(({ app }) => app).join(', ') || 'nothing'}.`,
          { value: unknown },
        );
      }
      const selected = apps.length > 0 ? pairs.filter(({ app }) => apps.includes(app)) : pairs;
      const diffs = await diffReleases(workspace.checkout, environment, selected, platforms);
      print(options.json, { environment: options.env, apps: diffs }, () => text(options, diffs));
    });
}

function text({ env, markdown }: Options, diffs: readonly AppDiff[]): string {
  if (diffs.length === 0) return `No app is released in ${env}, and this checkout deploys none to it.`;
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
