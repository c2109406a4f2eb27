import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  lstatSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Copies the workspace's files to a new repository, so a tour can commit and deploy without changing the
 * workspace. Third-party packages are symbolic links; the packages of the workspace are copies.
 *
 * @param workspace the root of the workspace to copy
 * @returns the root of the copy
 */
export function makeScratch(workspace: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'slipway-scratch-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: workspace,
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of listed.toString('utf8').split('\0').filter(Boolean)) {
    if (!isThere(join(workspace, file))) continue; // deleted, but not committed yet
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    cpSync(join(workspace, file), join(scratch, file), { verbatimSymlinks: true });
  }
  linkPackages(join(workspace, 'node_modules'), join(scratch, 'node_modules'));
  linkNestedPackages(workspace, scratch);
  git(scratch, 'init', '--quiet', '--initial-branch=main');
  git(scratch, 'config', 'user.name', 'Slipway demo');
  git(scratch, 'config', 'user.email', 'demo@localhost');
  commit(scratch, 'Start');
  return scratch;
}

/** Deletes a copy with all its files. */
export function removeScratch(scratch: string): void {
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}

/** Commits everything in a copy. */
export function commit(scratch: string, message: string): void {
  git(scratch, 'add', '--all');
  git(scratch, 'commit', '--quiet', '--message', message);
}

/** Runs git in a folder, without the user's hooks and signing. */
export function git(folder: string, ...args: string[]): string {
  const quiet = ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgsign=false', '-c', 'gc.auto=0'];
  return execFileSync('git', [...quiet, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Links packages; for scopes and `.bin`, whose entries are relative links to packages, their entries. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    const stat = lstatSync(source);
    if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (name === '.bin' || name.startsWith('@')) linkPackages(source, target);
    else if (!name.startsWith('.')) symlinkSync(source, target);
  }
}

/** Links packages that npm installed in the folder of a workspace package. */
function linkNestedPackages(workspace: string, scratch: string): void {
  for (const group of ['apps', 'libs']) {
    for (const name of readdirSync(join(workspace, group))) {
      const nested = join(group, name, 'node_modules');
      if (isThere(join(workspace, nested)) && isThere(join(scratch, group, name))) {
        linkPackages(join(workspace, nested), join(scratch, nested));
      }
    }
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The environment without variables of a surrounding Nx run, so the tasks of the copy are a run of their own. */
export function withoutNx(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(NX_|SLIPWAY_)/.test(name)));
}
