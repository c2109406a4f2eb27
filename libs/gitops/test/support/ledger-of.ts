import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  dueProjects,
  readEnvironment,
  readEnvironmentState,
  type Environment,
  type Checkout,
} from '../../src/index.ts';
import { type AppRelease, type LedgerState } from '../../src/ledger/records.ts';
import type { Workspace } from './workspace.ts';

/** What an environment's ledger says, read from the remote itself and not through the code under test. */
export const releaseOf = (workspace: Workspace, app: string, environment = 'development'): AppRelease =>
  parse(workspace.ledger(`apps/${app}/release.yaml`, environment)) as AppRelease;

export const stateOf = (workspace: Workspace, environment = 'development'): LedgerState =>
  parse(workspace.ledger('ledger.yaml', environment)) as LedgerState;

/** The trailers of the newest commit of a ledger, as Git itself reads them. */
export function trailersOf(workspace: Workspace, environment = 'development'): string[] {
  return onOrigin(workspace, 'log', '-1', '--format=%(trailers:only)', `env/${environment}`).split('\n');
}

/** The newest commit of a ledger. */
export const tipOf = (workspace: Workspace, environment = 'development'): string =>
  onOrigin(workspace, 'rev-parse', `env/${environment}`);

/** Runs git in the remote. */
export function onOrigin(workspace: Workspace, ...args: string[]): string {
  return execFileSync('git', ['-C', workspace.origin, ...args], { encoding: 'utf8' }).trim();
}

/** The two arguments that most functions begin with. */
export async function place(
  workspace: Workspace,
  environment = 'development',
): Promise<[Checkout, Environment]> {
  return [await workspace.source(), await readEnvironment(workspace.root, environment)];
}

export const dueIn = async (workspace: Workspace, environment = 'development'): Promise<string[]> =>
  dueProjects(await readEnvironmentState(...(await place(workspace, environment)), workspace.changed));

/**
 * Lets a rival be quicker, once: what the rival does lands after the next push to the ledger has been prepared and
 * before the remote takes it.
 */
export async function overtake(workspace: Workspace, rival: () => Promise<unknown>): Promise<void> {
  const ref = 'refs/heads/env/development';
  const before = tipOf(workspace);
  await rival();
  const after = tipOf(workspace);
  onOrigin(workspace, 'update-ref', 'refs/rival/commit', after);
  onOrigin(workspace, 'update-ref', ref, before);
  const once = join(workspace.origin, 'rival-was-here');
  const script = [
    '#!/bin/sh',
    `[ -e ${once} ] && exit 0`,
    `touch ${once}`,
    `env -u GIT_QUARANTINE_PATH git update-ref ${ref} ${after}`,
  ];
  mkdirSync(join(workspace.origin, 'hooks'), { recursive: true });
  writeFileSync(join(workspace.origin, 'hooks/pre-receive'), `${script.join('\n')}\n`, { mode: 0o755 });
}
