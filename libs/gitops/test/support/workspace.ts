import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  bump,
  type BumpRequest,
  type BumpResult,
  type ChangedProjects,
  readEnvironment,
  Checkout,
} from '../../src/index.ts';
import { scratch, templates } from './scratch.ts';

export { scratch };

/** Configures a repository of one test to skip fsync and maintenance, which start processes. */
export function configureForTest(repository: string): void {
  const settings = { 'core.fsync': 'none', 'gc.auto': '0', 'maintenance.auto': 'false' };
  for (const [key, value] of Object.entries(settings))
    execFileSync('git', ['-C', repository, 'config', key, value]);
}

/** The digest that an app with this code gets; different code, different digest. */
export const digestOf = (code: string): string => `sha256:${createHash('sha256').update(code).digest('hex')}`;

/**
 * A clone with apps, a chart and two environments, and its bare remote: `development` releases commits of origin/main,
 * `local` the work tree.
 */
export class Workspace {
  readonly root: string;
  readonly origin: string;

  constructor({ apps = ['api', 'web'] }: { apps?: string[] } = {}) {
    const folder = scratch();
    this.origin = join(folder, 'origin.git');
    this.root = join(folder, 'clone');
    const template = templates.get(apps.join());
    if (template) {
      cpSync(template, folder, { recursive: true });
      this.git('remote', 'set-url', 'origin', this.origin);
    } else {
      this.#make(apps);
      templates.add(apps.join(), folder);
    }
  }

  #make(apps: readonly string[]): void {
    execFileSync('git', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', this.origin]);
    execFileSync('git', ['clone', '--quiet', '--template=', this.origin, this.root], { stdio: 'ignore' });
    for (const folder of [this.origin, this.root]) configureForTest(folder);
    this.git('config', 'user.name', 'Ada');
    this.git('config', 'user.email', 'ada@example.com');
    this.git('checkout', '--quiet', '-B', 'main');
    this.write('.gitignore', '.slipway/\n');
    this.write('deploy/charts/service/Chart.yaml', 'name: service\n');
    this.write(
      'deploy/environments/development/environment.yaml',
      'deploy: auto\nbase: pinned\nregistries: [registry.example/team]\n',
    );
    this.write(
      'deploy/environments/local/environment.yaml',
      'deploy: auto\nbase: embedded\nregistries: ["oci:.slipway/registry"]\nsource: worktree\nledger: { repository: .slipway/ledger.git }\n',
    );
    for (const app of apps) this.addApp(app);
    this.commit('start');
  }

  addApp(app: string): void {
    this.write(`apps/${app}/src/main.ts`, `${app} 1`);
    this.write(`apps/${app}/deploy/values.yaml`, 'replicas: 1\n');
    for (const environment of ['local', 'development'])
      this.write(`apps/${app}/deploy/${environment}.yaml`, '{}\n');
  }

  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  /** Commits everything and pushes it. */
  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    this.git('push', '--quiet', '--force', 'origin', 'HEAD:main');
    return this.git('rev-parse', 'HEAD');
  }

  /** Changes an app's code and commits. */
  edit(app: string, code: string): string {
    this.write(`apps/${app}/src/main.ts`, code);
    return this.commit(`${app}: ${code}`);
  }

  /** Changes a stack of `development` and commits. */
  editStack(stack: string, code: string): string {
    this.write(`infra/development/${stack}/Pulumi.yaml`, `name: ${stack}\n`);
    this.write(`infra/development/${stack}/index.ts`, code);
    return this.commit(`${stack}: ${code}`);
  }

  source(): Promise<Checkout> {
    return Checkout.open(this.root);
  }

  /**
   * The projects that a range of commits affects, by files, as `nx affected` does: an app by its own folder and by the
   * charts, a stack by its own folder.
   */
  readonly changed: ChangedProjects = (base, head) => {
    const range = head === 'worktree' ? [base] : [base, head];
    const files = this.git('diff', '--name-only', '--no-renames', ...range).split('\n');
    const all = files.some((file) => file.startsWith('deploy/'));
    const apps = all
      ? this.git('ls-files', 'apps').split('\n')
      : files.filter((file) => file.startsWith('apps/'));
    const stacks = files
      .filter((file) => file.startsWith('infra/'))
      .map((file) => file.split('/').slice(1, 3));
    return Promise.resolve(
      new Set([
        ...apps.map((file) => file.split('/')[1] as string),
        ...stacks.map((names) => names.join('-')),
      ]),
    );
  };

  /** One deploy run: an image of the checked-out code of each named app, then one bump. */
  async deploy(
    environment: string,
    apps: readonly string[],
    options: Partial<BumpRequest> & { root?: string } = {},
  ): Promise<BumpResult> {
    const root = options.root ?? this.root;
    const target = await readEnvironment(root, environment);
    return bump({
      checkout: await Checkout.open(root),
      environment: target,
      changed: this.changed,
      intents: apps.map((app) =>
        intent(app, this.git('show', `HEAD:apps/${app}/src/main.ts`), target.registries[0]),
      ),
      ...options,
    });
  }

  /** A file of a ledger branch of the remote. */
  ledger(file: string, environment = 'development'): string {
    const repository = environment === 'local' ? join(this.root, '.slipway/ledger.git') : this.origin;
    return execFileSync('git', ['-C', repository, 'show', `env/${environment}:${file}`], {
      encoding: 'utf8',
    });
  }

  /** The number of commits of a ledger branch of the remote, without the empty first one. */
  ledgerCommits(environment = 'development'): number {
    const one = ['rev-list', '--count', '--first-parent', '--min-parents=1'];
    const count = ['-C', this.origin, ...one, `env/${environment}`];
    return Number(execFileSync('git', count, { encoding: 'utf8' }));
  }
}

/** The intent to release an app whose image contains this code. */
export function intent(app: string, code: string, registry = 'registry.example/team') {
  const digest = digestOf(code);
  return { app, image: { repository: `${registry}/${app}`, tag: `sha-${digest.slice(7, 19)}`, digest } };
}

/** The outcome words of a run, by app. */
export const words = (result: BumpResult): Record<string, string> =>
  Object.fromEntries(result.outcomes.map(({ app, outcome }) => [app, outcome]));
