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
import { print } from '../print.ts';
import { enterWorkspace, type Workspace } from '../workspace.ts';

/** An environment whose ledger could not be read, and why. */
interface Unreadable {
  environment: string;
  error: string;
}

export function statusCommand(): Command {
  return new Command('status')
    .description('Show what is released: app by environment, and how far HEAD is ahead')
    .option('--env <environment>', 'only this environment')
    .option('--json', 'print JSON')
    .action(async ({ env, json }: { env?: string; json?: boolean }) => {
      const workspace = await enterWorkspace();
      const names = env === undefined ? await listEnvironments(workspace.root) : [env];
      const found = await Promise.all(names.map((name) => statusOf(workspace, name, env !== undefined)));
      print(json, found, () => render(found));
    });
}

/** One environment that cannot be read does not hide the others, unless it is the one that was asked for. */
async function statusOf(
  { root, source }: Workspace,
  name: string,
  only: boolean,
): Promise<EnvironmentStatus | Unreadable> {
  const environment = await readEnvironment(root, name);
  try {
    return await environmentStatus(source, environment);
  } catch (error) {
    if (only || !(error instanceof GitopsError)) throw error;
    return { environment: name, error: error.message };
  }
}

function render(found: readonly (EnvironmentStatus | Unreadable)[]): string {
  const rows = found.flatMap((status) =>
    'error' in status ? [] : status.apps.map((app) => row(status.environment, app)),
  );
  const headings = ['APP', 'ENVIRONMENT', 'IMAGE', 'CONFIGURATION', 'AGE', 'BEHIND', 'STATE'];
  const notes = found.flatMap((status) =>
    'error' in status ? [`${status.environment}: ${status.error}`] : [],
  );
  return [rows.length > 0 ? table(headings, rows) : 'No app is deployed anywhere.', ...notes].join('\n');
}

function row(environment: string, status: AppStatus): string[] {
  const { app, release, committedAt, behind } = status;
  return [
    app,
    environment,
    release?.image.tag ?? '-',
    release?.release.config.slice(0, 12) ?? '-',
    committedAt === undefined ? '' : age(Date.now() - committedAt),
    behind === undefined ? '' : String(behind),
    stateOf(status),
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
