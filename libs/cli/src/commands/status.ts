import { Command } from 'commander';
import {
  environmentStatus,
  GitopsError,
  listEnvironments,
  readEnvironment,
  table,
  type AppStatus,
  type EnvironmentStatus,
} from '@slipway/gitops';
import { addClusterOptions, type ClusterOptions } from '../cluster.ts';
import { askCluster, type ClusterStatus } from '../cluster-status.ts';
import { print } from '../print.ts';
import { enterWorkspace, type Workspace } from '../workspace.ts';

/** An environment whose ledger could not be read, and why. */
interface Unreadable {
  environment: string;
  error: string;
}

/** What the ledger tells of an environment, and what its cluster adds. */
type Status = EnvironmentStatus & { cluster?: ClusterStatus };

interface Options extends ClusterOptions {
  env?: string;
  cluster: boolean;
  json?: boolean;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show what is released and whether it runs: app by environment, and how far HEAD is ahead')
    .option('--env <environment>', 'only this environment')
    .option('--no-cluster', 'ask the ledgers only')
    .option('--json', 'print JSON');
  return addClusterOptions(command).action(async (options: Options) => {
    const workspace = await enterWorkspace();
    const { env, json } = options;
    const names = env === undefined ? await listEnvironments(workspace.root) : [env];
    const found = await Promise.all(names.map((name) => statusOf(workspace, name, options)));
    print(json, found, () => render(found));
  });
}

/** One environment that cannot be read does not hide the others, unless it is the one that was asked for. */
async function statusOf(
  { root, source }: Workspace,
  name: string,
  options: Options,
): Promise<Status | Unreadable> {
  const environment = await readEnvironment(root, name);
  try {
    const status = await environmentStatus(source, environment);
    const cluster = options.cluster ? await askCluster(environment, status, options) : undefined;
    return { ...status, ...(cluster && { cluster }) };
  } catch (error) {
    if (options.env !== undefined || !(error instanceof GitopsError)) throw error;
    return { environment: name, error: error.message };
  }
}

function render(found: readonly (Status | Unreadable)[]): string {
  const rows = found.flatMap((status) =>
    'error' in status ? [] : status.apps.map((app) => row(status, app)),
  );
  const headings = [
    'APP',
    'ENVIRONMENT',
    'IMAGE',
    'CONFIGURATION',
    'AGE',
    'BEHIND',
    'STATE',
    'SYNC',
    'HEALTH',
  ];
  const notes = found.flatMap((status) => {
    const problem = 'error' in status ? status.error : status.cluster?.error;
    return problem === undefined ? [] : [`${status.environment}: ${problem}`];
  });
  return [rows.length > 0 ? table(headings, rows) : 'No app is deployed anywhere.', ...notes].join('\n');
}

function row({ environment, cluster }: Status, status: AppStatus): string[] {
  const { app, release, committedAt, behind } = status;
  const seen = cluster?.apps[app];
  return [
    app,
    environment,
    release?.image?.tag ?? '-',
    release?.release.config.slice(0, 12) ?? '-',
    committedAt === undefined ? '' : age(Date.now() - committedAt),
    behind === undefined ? '' : String(behind),
    stateOf(status),
    seen?.sync ?? '',
    seen?.health ?? '',
  ];
}

function stateOf({ release, held, orphan, pending }: AppStatus): string {
  const states = [held && 'held', orphan && 'orphan', pending && 'pending', !release && 'not released'];
  return states.filter(Boolean).join(', ') || 'released';
}

/** A duration in its largest unit: `90 s` is `1m`. */
function age(milliseconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
  ];
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [size, unit] = units.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${Math.floor(seconds / size)}${unit}`;
}
