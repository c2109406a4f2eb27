import { spawn } from 'node:child_process';
import { gitEnvironment } from '../../git.ts';
import { asVariables } from '../connection.ts';
import type { Reach } from './service.ts';
import { streamService } from './stream-service.ts';

/**
 * The services of a repository in a folder: the programs that git itself would start. They belong to the repository,
 * so its own settings and hooks count, and the user's do not.
 *
 * @param safeFolders what the user said in `safe.directory`
 */
export function processService(folder: string, cwd: string, safeFolders: readonly string[]): Reach {
  const env = folderEnvironment(safeFolders);
  return (name, signal) => {
    const child = spawn(name, ['--', folder], {
      cwd,
      env: gitEnvironment(env),
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true, // whoever kills this group must not leave the repository locked; it ends when it is told no more
      ...(signal && { signal }),
    });
    child.on('error', () => {}); // its output ends; whoever reads it notices
    const end = (): void => {
      child.stdin.end();
      child.stdout.destroy();
    };
    // Hooks of the repository may think for as long as they like, as when git itself pushes to a folder.
    return streamService({ input: child.stdin, output: child.stdout, end, patience: FOREVER });
  };
}

/** The longest time that a timer knows: 24 days. */
const FOREVER = 2 ** 31 - 1;

/** Variables for git in somebody's folder. */
export const folderEnvironment = (safeFolders: readonly string[]): Record<string, string> => ({
  ...asVariables(safeFolders.map((safe) => ['safe.directory', safe])),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
});
