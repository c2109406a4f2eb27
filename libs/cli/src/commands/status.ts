import { Command } from 'commander';
import {
  environmentStatuses,
  GitopsError,
  listEnvironments,
  orphanApp,
  previewText,
  readEnvironment,
  type AppStatus,
  type Environment,
  type EnvironmentStatus,
  type UnreadableStatus,
} from '@slipway/gitops';
import { table } from '@slipway/gitops/cli';
import { addClusterOptions, type ClusterOptions } from '../cluster/open-argo-cd.ts';
import { askCluster, type ClusterStatus } from '../cluster/ask-cluster.ts';
import { environmentBefore } from './environment-before.ts';
import { print } from './print.ts';
import { stackTable } from './stack-table.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

/** The state of an environment according to its ledger and its cluster. */
type Status = EnvironmentStatus & { cluster?: ClusterStatus };

/** An environment whose ledger could not be read, with the reason. */
interface Unreadable {
  environment: string;
  error: string;
}

interface Options extends ClusterOptions {
  env?: string;
  cluster: boolean;
  json?: boolean;
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show the releases of every environment, whether they run, and how far HEAD is ahead')
    .option('--env <environment>', 'only this environment')
    .option('--no-cluster', 'only read the ledgers')
    .option('--json', 'print JSON');
  return addClusterOptions(command).action(async (options: Options) => {
    const workspace = await enterWorkspace();
    const found = await statusesOf(workspace, options);
    print(options.json, found, () => statusText(found));
  });
}

/** An environment that cannot be read is reported beside the others, unless it was selected with `--env`. */
async function statusesOf({ root, checkout }: Workspace, options: Options): Promise<(Status | Unreadable)[]> {
  const names = options.env === undefined ? await listEnvironments(root) : [options.env];
  const read = await Promise.all(names.map((name) => readOrExplain(root, name)));
  const environments = read.filter((one): one is Environment => !('error' in one));
  const target = options.env === undefined ? undefined : environments[0];
  const before = target?.deploy === 'promote' ? await environmentBefore(root, target) : undefined;
  const statuses = await environmentStatuses(checkout, [...environments, ...(before ? [before] : [])]);
  const byEnvironment = new Map(statuses.map((status) => [status.environment, status]));
  const unreadable = ({ environment, error }: UnreadableStatus): Unreadable => {
    if (options.env !== undefined) throw error;
    return { environment, error: error.message };
  };
  return Promise.all(
    read.map(async (environment) => {
      if ('error' in environment) return unreadable(environment);
      const status = byEnvironment.get(environment.name) as EnvironmentStatus | UnreadableStatus;
      if ('error' in status) return unreadable(status);
      const cluster = options.cluster ? await askCluster(environment, status, options) : undefined;
      return { ...status, ...(cluster && { cluster }) };
    }),
  );
}

async function readOrExplain(root: string, name: string): Promise<Environment | UnreadableStatus> {
  return readEnvironment(root, name).catch((error: unknown) => {
    if (error instanceof GitopsError) return { environment: name, error };
    throw error;
  });
}

/** The table of releases, then changes of possible promotions, then environments that cannot be read. */
export function statusText(found: readonly (Status | Unreadable)[]): string {
  const statuses = found.filter((status): status is Status => !('error' in status));
  const rows = statuses.flatMap((status) => status.apps.map((app) => row(status, app)));
  const orphans = statuses.flatMap(({ environment, apps }) =>
    apps.filter(({ orphan }) => orphan).map(({ app }) => orphanApp(environment, app)),
  );
  const notes = found.flatMap((status) => {
    const problem = 'error' in status ? status.error : status.cluster?.error;
    return problem === undefined ? [] : [`${status.environment}: ${problem}`];
  });
  return [
    rows.length > 0 ? table(HEADINGS, rows) : 'No app is deployed to any environment.',
    ...orphans,
    ...stackTable(statuses),
    ...statuses.flatMap(({ environment, promotion }) =>
      promotion === undefined ? [] : ['', previewText(promotion, environment), ''],
    ),
    ...notes,
  ]
    .join('\n')
    .replace(/\n\n\n+/g, '\n\n')
    .trimEnd();
}

const HEADINGS = [
  'APP',
  'ENVIRONMENT',
  'IMAGE',
  'SOURCE',
  'CONFIG',
  'AGE',
  'BEHIND',
  'DRIFT',
  'STATE',
  'SYNC',
  'HEALTH',
];

/** The number of digits of a commit in a row, which has room for two commits. JSON has all digits. */
const SHORT = 8;

function row({ environment, cluster }: Status, status: AppStatus): string[] {
  const { app, release, committedAt, behind, drift } = status;
  const seen = cluster?.apps[app];
  return [
    app,
    environment,
    release?.image?.tag ?? '-',
    release?.release.source?.slice(0, SHORT) ?? '-',
    release?.release.config.slice(0, SHORT) ?? '-',
    committedAt === undefined ? '' : age(Date.now() - committedAt),
    behind === undefined ? '' : String(behind),
    drift?.join('+') ?? '',
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
