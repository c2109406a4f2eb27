import { addressOf } from './address.ts';
import type { BranchOptions } from './git-branch.ts';
import type { Quick } from './quick-branch.ts';
import { httpWay } from './quick-http.ts';
import { lastingWay } from './quick-lasting.ts';
import type { Settings } from './settings.ts';
import { daemonAddress, daemonService } from './wire/daemon-service.ts';
import { folderObjects } from './wire/folder-objects.ts';
import { processService } from './wire/process-service.ts';
import { sshAddress, sshProgram, sshService } from './wire/ssh-service.ts';

/**
 * How to talk to a remote without git: a folder, `git daemon`, SSH or HTTP. Undefined where git was told something that
 * only git itself understands: of a protocol, a program of the remote's, a proxy, a helper.
 */
export async function quickWay(
  settings: Settings,
  remote: string,
  { cwd, safeFolders, signatures }: Pick<BranchOptions, 'cwd' | 'safeFolders' | 'signatures'>,
): Promise<Quick | undefined> {
  const [fetch, push] = [addressOf(settings, remote, 'fetch'), addressOf(settings, remote, 'push')];
  if (fetch === undefined || signatures.sign !== false) return undefined; // only git knows how to sign
  if (JSON.stringify(fetch) !== JSON.stringify(push)) return undefined;
  const programs = ['uploadpack', 'receivepack', 'proxy'].map((name) => `remote.${remote}.${name}`);
  const special = settings.matching(/^(protocol\.|core\.gitproxy$)/).length > 0;
  if (special || programs.some((program) => settings.get(program) !== undefined)) return undefined;
  const folder = folderOf(fetch.url);
  if (folder !== undefined) return folderWay(folder, cwd, safeFolders);
  const daemon = daemonAddress(fetch.url);
  if (daemon !== undefined) return lastingWay(daemonService(daemon));
  const ssh = sshAddress(fetch.url);
  if (ssh === undefined) return httpWay(settings, fetch);
  const program = process.platform === 'win32' ? undefined : sshProgram(settings, process.env); // it takes a shell
  return program && lastingWay(sshService(program, ssh, cwd), true);
}

const folderWay = (folder: string, cwd: string, safeFolders: readonly string[]): Quick => ({
  reach: processService(folder, cwd, safeFolders),
  objects: () => folderObjects(folder, cwd, safeFolders),
  close: () => {},
});

/** A folder of this machine; undefined for other addresses, and where git would decode it first. */
function folderOf(url: string): string | undefined {
  if (url.includes('%')) return undefined;
  if (/^file:\/\/\//i.test(url)) return url.slice('file://'.length);
  const isPath = url.startsWith('/') || (!/^[^/]+:/.test(url) && url.includes('/'));
  return isPath ? url : undefined;
}
