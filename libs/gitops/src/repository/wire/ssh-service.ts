import { spawn } from 'node:child_process';
import { gitEnvironment } from '../../git.ts';
import type { Settings } from '../settings.ts';
import type { Reach } from './service.ts';
import { streamService } from './stream-service.ts';

/** A repository that is reached by SSH. */
export interface SshAddress {
  /** With the name to log in by, where there is one. */
  host: string;
  port?: string;
  /** Its folder over there, from the root, or from where a login begins. */
  path: string;
}

const HOST = String.raw`(?<host>(?:\w[\w.+-]*@)?\w[\w.-]*)`;
const URL = new RegExp(String.raw`^ssh://${HOST}(?::(?<port>\d{1,5}))?(?<path>/[^%\p{Cc}]+)$`, 'u');
const SHORT = new RegExp(String.raw`^${HOST}:(?!//|[:-])(?<path>\P{Cc}+)$`, 'u');

/** An address as git takes it apart. @returns undefined for what git would decode first, refuse or hand to somebody else */
export function sshAddress(url: string): SshAddress | undefined {
  const { host, port, path } = (URL.exec(url) ?? SHORT.exec(url))?.groups ?? {};
  if (host === undefined || path === undefined) return undefined;
  return { host, path: path.startsWith('/~') ? path.slice(1) : path, ...(port !== undefined && { port }) };
}

/** How SSH is started. */
export interface SshProgram {
  command: string;
  /** Whether it is a line for the shell, and not the name of a program. */
  line: boolean;
}

/**
 * The program that git would start, by the same settings and variables.
 *
 * @returns undefined for one that may not understand OpenSSH's arguments: git tries them out first
 */
export function sshProgram(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): SshProgram | undefined {
  const variant = env['GIT_SSH_VARIANT'] ?? settings.get('ssh.variant');
  const line = env['GIT_SSH_COMMAND'] ?? settings.get('core.sshcommand');
  const command = line ?? env['GIT_SSH'] ?? 'ssh';
  const first = line === undefined ? command : (/^[\w./+-]+(?=\s|$)/.exec(line)?.[0] ?? '');
  const known = variant === undefined ? /^(.*\/)?ssh$/.test(first) : variant === 'ssh';
  return known && command.trim() !== '' ? { command, line: line !== undefined } : undefined;
}

/**
 * The arguments of a program that reaches a service by SSH, and the program: what git itself would start, but that it
 * may ask nobody for anything: where it would have to, git starts it anew, and it asks once.
 */
export function sshArguments(
  { command, line }: SshProgram,
  { host, port, path }: SshAddress,
  service: string,
): [file: string, args: string[]] {
  const args = [
    ...['-o', 'BatchMode=yes'],
    ...(service === 'git-upload-pack' ? ['-o', 'SendEnv=GIT_PROTOCOL'] : []), // pushes know only the first version
    ...(port === undefined ? [] : ['-p', port]),
    host,
    `${service} ${quoted(path)}`,
  ];
  return line ? ['sh', ['-c', `${command} "$@"`, command, ...args]] : [command, args];
}

/** A word for a shell over there. Some shells take an exclamation mark for more than it is, so git quotes it, too. */
const quoted = (text: string): string => `'${text.replace(/['!]/g, (mark) => `'\\${mark}'`)}'`;

/** The services of a repository over SSH, a connection for each, by the program that the user has for it. */
export function sshService(program: SshProgram, address: SshAddress, cwd: string): Reach {
  return (service, signal) => {
    const [file, args] = sshArguments(program, address, service);
    const child = spawn(file, args, {
      cwd,
      env: {
        ...gitEnvironment(service === 'git-upload-pack' ? { GIT_PROTOCOL: 'version=2' } : {}),
        GIT_CONFIG_COUNT: undefined, // settings are for here
      },
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(signal && { signal }),
    });
    child.on('error', () => {}); // its output ends; whoever reads it notices
    const end = (): void => {
      child.stdin.end();
      child.stdout.destroy();
    };
    return streamService({ input: child.stdin, output: child.stdout, end });
  };
}
