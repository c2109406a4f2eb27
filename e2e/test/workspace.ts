import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commit, git, makeScratch, removeScratch, withoutNx } from 'tools/scratch';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../..');

/** The result of a command. */
export interface Answer {
  code: number;
  output: string;
  /** The Nx tasks that ran or came from the cache, sorted by name. */
  tasks: string[];
}

/** A copy of this workspace with small apps, changed by the commands of users. */
export class Workspace {
  readonly root = makeScratch(ROOT);

  /** @param apps names of the apps; the apps of the workspace are removed to save time */
  constructor(apps: readonly string[]) {
    rmSync(join(this.root, 'apps'), { recursive: true });
    rmSync(join(this.root, 'deploy/check'), { recursive: true, force: true }); // it checks the removed apps
    rmSync(join(this.root, 'infra'), { recursive: true }); // stacks have their own tests
    for (const app of apps) this.addApp(app);
    // Not needed for these apps, and Nx starts a process per plugin.
    const nx = JSON.parse(this.read('nx.json')) as { plugins: unknown[] };
    this.write('nx.json', JSON.stringify({ ...nx, plugins: ['@slipway/nx/plugin'] }));
    this.commit('Start');
  }

  addApp(app: string): void {
    this.write(
      `apps/${app}/package.json`,
      `{ "name": "${app}", "version": "1.0.0", "private": true, "type": "module" }\n`,
    );
    this.code(app, '1');
    for (const file of ['values', 'local', 'development'])
      this.write(`apps/${app}/deploy/${file}.yaml`, '{}\n');
  }

  code(app: string, version: string): void {
    this.write(`apps/${app}/src/main.ts`, `console.log('${app} ${version}');\n`);
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  commit(message: string): string {
    commit(this.root, message);
    return this.git('rev-parse', 'HEAD');
  }

  git(...args: string[]): string {
    return git(this.root, ...args).trim();
  }

  /** @param isolated runs Nx's plugins in their own processes, Nx's default; else Nx starts twice as fast */
  run(command: string, { isolated = false } = {}): Answer {
    const [program = '', ...args] = command.split(' ');
    const env = environment(isolated);
    const done = spawnSync(program, args, {
      cwd: this.root,
      encoding: 'utf8',
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    return answer(done.status, `${done.stdout}${done.stderr}`);
  }

  /** Runs JavaScript in the workspace, with its packages read from source. */
  node(script: string): string {
    const args = ['--conditions=@slipway/source', '--input-type=module', '--eval', script];
    const done = spawnSync('node', args, { cwd: this.root, encoding: 'utf8', env: withoutNx(process.env) });
    if (done.status !== 0) throw new Error(done.stderr);
    return done.stdout;
  }

  /** Runs a command and sends it a signal when its output matches. */
  async interrupt(command: string, when: RegExp, signal: NodeJS.Signals): Promise<Answer> {
    const [program = '', ...args] = command.split(' ');
    const env = environment(true);
    const child = spawn(program, args, { cwd: this.root, env, detached: true });
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (when.test(output) && child.pid) {
        process.kill(-child.pid, signal); // to the whole group, like a terminal
        when = /$^/;
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return answer(code, output);
  }

  /** A file of the local ledger. */
  ledger<T>(file: string): T {
    return parse(git(join(this.root, '.slipway/ledger.git'), 'show', `env/local:${file}`)) as T;
  }

  release(app: string): { image: { digest: string }; release: { source: string; config: string } } {
    return this.ledger(`apps/${app}/release.yaml`);
  }

  /** The number of commits of the local ledger. */
  bumps(): number {
    return Number(git(join(this.root, '.slipway/ledger.git'), 'rev-list', '--count', 'env/local'));
  }

  due(): string[] {
    const { output } = this.run('slipway affected -t deploy --json');
    return (JSON.parse(output) as { due: string[] }).due;
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  close(): void {
    removeScratch(this.root);
  }
}

function environment(isolated: boolean): NodeJS.ProcessEnv {
  const quick = isolated ? {} : { NX_ISOLATE_PLUGINS: 'false' };
  return { ...withoutNx(process.env), ...quick, FORCE_COLOR: '0', NO_COLOR: '1' };
}

function answer(code: number | null, output: string): Answer {
  const tasks = [...output.matchAll(/^(?:✔ |✖ |> )\s*nx run (\S+)/gm)].map((match) => match[1] as string);
  return { code: code ?? 1, output, tasks: [...new Set(tasks)].sort() };
}
