import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The control: a shallow clone, an edit of one file, a commit and a push, as a script without this library does it. */
export async function byPlainGit(
  { url, branch, file }: { url: string; branch: string; file: string },
  edit: (text: string) => string,
): Promise<void> {
  const clone = await mkdtemp(join(tmpdir(), 'slipway-bench-'));
  const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
  try {
    await run('git', ['clone', '--quiet', '--depth=1', `--branch=${branch}`, url, clone]);
    const path = join(clone, file);
    await writeFile(path, edit(await readFile(path, 'utf8')));
    await run('git', ['-C', clone, ...who, 'commit', '--quiet', '--all', '--message=bump']);
    await run('git', ['-C', clone, 'push', '--quiet', 'origin', `HEAD:${branch}`]);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}
