import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scratch } from './workspace.ts';

/** A GitOps repository as teams have them: hand-written values files on `main` of a bare repository, and no ledger. */
export class ValuesRepository {
  readonly bare = join(scratch(), 'deploy.git');
  readonly #clone = join(scratch(), 'clone');

  constructor(files: Readonly<Record<string, string>>) {
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', this.bare]);
    execFileSync('git', ['clone', '--quiet', this.bare, this.#clone], { stdio: 'ignore' });
    this.push(files);
  }

  /** Commits files as a person would, and pushes. */
  push(files: Readonly<Record<string, string>>): string {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', this.#clone, '-c', 'user.name=Ada', '-c', 'user.email=a@b', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    try {
      git('pull', '--quiet', 'origin', 'main');
    } catch {
      git('checkout', '--quiet', '-B', 'main'); // the first push makes the branch
    }
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.#clone, file)), { recursive: true });
      writeFileSync(join(this.#clone, file), text);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', 'by hand');
    git('push', '--quiet', 'origin', 'HEAD:main');
    return git('rev-parse', 'HEAD');
  }

  git(...args: string[]): string {
    return execFileSync('git', ['-C', this.bare, ...args], { encoding: 'utf8' });
  }

  read(file: string): string {
    return this.git('show', `main:${file}`);
  }

  commits(): number {
    return Number(this.git('rev-list', '--count', 'main'));
  }
}
