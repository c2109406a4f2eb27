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
import { scratch, type Workspace } from './workspace.ts';

/** The release of an app in a ledger, read by Git, not by the code under test. */
export const releaseOf = (workspace: Workspace, app: string, environment = 'development'): AppRelease =>
  parse(workspace.ledger(`apps/${app}/release.yaml`, environment)) as AppRelease;

/** The state of a ledger, read by Git. */
export const stateOf = (workspace: Workspace, environment = 'development'): LedgerState =>
  parse(workspace.ledger('ledger.yaml', environment)) as LedgerState;

/** The trailers of the newest commit of a ledger, parsed by Git. */
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

/** The first two arguments of most functions. */
export async function inEnvironment(
  workspace: Workspace,
  environment = 'development',
): Promise<[Checkout, Environment]> {
  return [await workspace.source(), await readEnvironment(workspace.root, environment)];
}

/** The due projects of an environment. */
export const dueIn = async (workspace: Workspace, environment = 'development'): Promise<string[]> =>
  dueProjects(
    await readEnvironmentState(...(await inEnvironment(workspace, environment)), workspace.changed),
  );

/**
 * Lets a rival win the next race: its commit lands after the next push to the ledger was prepared and before the remote
 * accepts it.
 */
export async function letRivalWin(workspace: Workspace, rival: () => Promise<unknown>): Promise<void> {
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

/** Writes a hold by hand, through an ordinary clone of the development ledger. */
export function holdByHand(workspace: Workspace, app: string, value: Record<string, string>): void {
  const clone = join(scratch(), 'ledger');
  execFileSync('git', ['clone', '--quiet', '--branch', 'env/development', workspace.origin, clone]);
  const file = join(clone, `apps/${app}/release.yaml`);
  writeFileSync(file, `${workspace.ledger(`apps/${app}/release.yaml`)}hold: ${JSON.stringify(value)}\n`);
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  execFileSync('git', ['-C', clone, ...identity, 'commit', '--quiet', '--all', '--message', 'hold']);
  execFileSync('git', ['-C', clone, 'push', '--quiet']);
}
