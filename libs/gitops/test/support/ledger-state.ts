import { parse } from 'yaml';
import { dueProjects, readEnvironment, readEnvironmentState } from '../../src/index.ts';
import { scratch, type Workspace } from './workspace.ts';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is due in an environment, as a user would ask. */
export const due = async (workspace: Workspace, environment = 'development') =>
  dueProjects(
    await readEnvironmentState(
      await workspace.source(),
      await readEnvironment(workspace.root, environment),
      workspace.changed,
    ),
  );

/** The state of the development ledger. */
export const state = (workspace: Workspace) =>
  parse(workspace.ledger('ledger.yaml')) as { through: string; pending: string[] };

/** The development release of an app. */
export const release = (workspace: Workspace, app: string) =>
  parse(workspace.ledger(`apps/${app}/release.yaml`)) as {
    image: { digest: string };
    release: { source: string; config: string };
  };

/** A hold that somebody wrote by hand, through an ordinary clone of the ledger. */
export function hold(workspace: Workspace, app: string, value: Record<string, string>): void {
  const clone = join(scratch(), 'ledger');
  execFileSync('git', ['clone', '--quiet', '--branch', 'env/development', workspace.origin, clone]);
  const file = join(clone, `apps/${app}/release.yaml`);
  writeFileSync(file, `${workspace.ledger(`apps/${app}/release.yaml`)}hold: ${JSON.stringify(value)}\n`);
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  execFileSync('git', ['-C', clone, ...identity, 'commit', '--quiet', '--all', '--message', 'hold']);
  execFileSync('git', ['-C', clone, 'push', '--quiet']);
}
