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
 * A copy of the workspace's files in a repository of its own, so that a tour can commit and deploy without
 * touching the workspace. Third-party packages are shared by symbolic links; the workspace's own packages are
 * the copies.
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

/** Removes a copy and all that was made in it. */
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

/** One level of links, and a second one below scopes and `.bin`, whose entries are relative links to packages. */
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

/** Packages that npm could not share lie in a workspace package's own folder. */
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

/** An environment without what an Nx run around us has set: Nx must not take the copy's tasks for its own. */
export function withoutNx(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(NX_|SLIPWAY_)/.test(name)));
}
