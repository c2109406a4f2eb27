import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { scratch } from './workspace.ts';

/**
 * A `git` on PATH that writes down how it is started.
 *
 * @returns what was started so far to talk to a remote
 */
export function countGit(): () => string[] {
  const folder = scratch();
  const log = join(folder, 'started');
  writeFileSync(log, '');
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${log}\nexec ${real} "$@"\n`, {
    mode: 0o755,
  });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  return () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => / (fetch|push|ls-remote) /.test(line));
}
