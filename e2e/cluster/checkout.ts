import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commit, git, makeScratch, removeScratch, withoutNx } from 'tools/scratch';
import { parse, stringify } from 'yaml';
import type { Settings } from './settings.ts';

/** The environment that a test run creates. */
export const ENVIRONMENT = 'e2e';

/** The prefix of the namespaces of this run's apps. */
export const NAMESPACE_PREFIX = 'slipway-e2e-';

export const namespaceOf = (app: string): string => `${NAMESPACE_PREFIX}${app}`;

/** The result of a command. */
export interface Answer {
  code: number;
  output: string;
}

/** The record of an app in the ledger on the remote. */
export interface Record {
  image: { repository: string; tag: string; digest: string };
  release: { source: string; config: string; chart: string };
  hold?: { reason: string };
}

/** A copy of this workspace, pushed to the test's repository and changed by the commands of users. */
export class Checkout {
  readonly root = makeScratch(resolve(import.meta.dirname, '../..'));

  /** @param environment `values` of the platform in this run's environment */
  constructor({ registry, repository, git: login }: Settings, values: object) {
    const address = new URL(repository);
    if (login) Object.assign(address, { username: login.user, password: login.password });
    this.git('remote', 'add', 'origin', address.href);
    const folder = `deploy/environments/${ENVIRONMENT}`;
    this.write(
      `${folder}/environment.yaml`,
      stringify({ deploy: 'auto', base: 'embedded', registries: [registry] }),
    );
    this.write(
      `${folder}/values.yaml`,
      stringify({ repository, namespacePrefix: NAMESPACE_PREFIX, ...values }),
    );
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  /** Replaces text that must exist. */
  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
    this.write(file, text.replace(from, to));
  }

  git(...args: string[]): string {
    return git(this.root, ...args).trim();
  }

  /** Commits everything and pushes main. */
  push(message: string): string {
    commit(this.root, message);
    this.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
    return this.git('rev-parse', 'HEAD');
  }

  /** Runs a command and prints its output if it fails. @throws unless it exits with `expected` */
  async run(command: string, { expected = 0 }: { expected?: number | 'any' } = {}): Promise<Answer> {
    const [program = '', ...args] = command.split(' ');
    const env = { ...withoutNx(process.env), NX_ISOLATE_PLUGINS: 'false', FORCE_COLOR: '0', NO_COLOR: '1' };
    const child = spawn(program, args, { cwd: this.root, env });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    const code = await new Promise<number>((done) => child.on('close', (exit) => done(exit ?? 1)));
    if (expected !== 'any' && code !== expected) throw new Error(`${command} ended with ${code}:\n${output}`);
    return { code, output };
  }

  /** The tip of the ledger on the remote; undefined before the first release. */
  ledgerTip(): string | undefined {
    const branch = `refs/heads/env/${ENVIRONMENT}`;
    this.git('fetch', '--quiet', 'origin', '+refs/heads/env/*:refs/remotes/ledgers/*');
    return git(this.root, 'ls-remote', 'origin', branch).split('\t')[0] || undefined;
  }

  record(app: string): Record {
    const tip = this.ledgerTip();
    return parse(this.git('show', `${tip}:apps/${app}/release.yaml`)) as Record;
  }

  /** The number of commits of the ledger after its first one. Second parents keep the released commits. */
  bumps(): number {
    const tip = this.ledgerTip();
    return tip ? Number(this.git('rev-list', '--count', '--first-parent', tip)) - 1 : 0;
  }

  /** Writes a record without checks, like a user with a text editor. */
  overwriteRecord(app: string, change: (record: Record) => Record): void {
    const tip = this.ledgerTip() as string;
    const changed = stringify(change(this.record(app)));
    const worktree = join(this.root, '.slipway/by-hand');
    this.git('worktree', 'add', '--quiet', '--detach', worktree, tip);
    writeFileSync(join(worktree, `apps/${app}/release.yaml`), changed);
    git(worktree, 'commit', '--quiet', '--all', '--message', `${app} by hand`);
    git(worktree, 'push', '--quiet', 'origin', `HEAD:refs/heads/env/${ENVIRONMENT}`);
    this.git('worktree', 'remove', '--force', worktree);
  }

  /** Deletes the ledger and the copy; `main` stays, because servers keep a repository's first branch. */
  close(): void {
    git(this.root, 'push', '--quiet', 'origin', '--delete', `env/${ENVIRONMENT}`);
    removeScratch(this.root);
  }
}
