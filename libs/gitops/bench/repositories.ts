import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

const who = 'bench <bench@localhost> 1700000000 +0000';
const bytes = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
const file = (path: string, text: string): string => `M 100644 inline ${path}\n${bytes(text)}`;

/** Runs `git fast-import` into a new bare repository. */
function importInto(repository: string, stream: string): string {
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  const git = ['-C', repository];
  execFileSync('git', [...git, 'fast-import', '--quiet', '--force'], { input: stream, maxBuffer: 1 << 30 });
  execFileSync('git', [...git, 'config', 'uploadpack.allowFilter', 'true']);
  execFileSync('git', [...git, 'repack', '-adq']);
  return repository;
}

/** The values of one app, as hand-written files are: some thirty lines with comments. */
const values = (app: string): string =>
  `# Values of ${app}.\nimage:\n  repository: registry.example/team/${app}\n  tag: v1 # set by CI\nreplicas: 2\n` +
  Array.from({ length: 24 }, (_, at) => `setting${at}: value-${app}-${at}\n`).join('');

export const valuesFile = (at: number): string => `apps/app-${at}/values.yaml`;

/** A GitOps repository with so many apps and so many commits, each of which changed one app. */
export function gitopsRepository(folder: string, apps: number, commits: number): string {
  const first = Array.from({ length: apps }, (_, at) => file(valuesFile(at), values(`app-${at}`))).join('');
  const changes = Array.from(
    { length: commits - 1 },
    (_, at) =>
      `commit refs/heads/main\ncommitter ${who}\n${bytes(`change ${at}`)}${file(valuesFile(at % apps), `${values(`app-${at % apps}`)}note: ${at}\n`)}`,
  );
  const stream = `commit refs/heads/main\ncommitter ${who}\n${bytes('start')}${first}${changes.join('')}`;
  return importInto(join(folder, `gitops-${apps}-${commits}.git`), stream);
}

/** A workspace with so many apps, a commit for each, and a ledger for each environment that has them all. */
export function workspaceRepository(folder: string, apps: number, environments: readonly string[]): string {
  const names = Array.from({ length: apps }, (_, at) => `app-${at}`);
  const start = [
    file('deploy/charts/service/Chart.yaml', 'name: service\n'),
    ...environments.map((name) =>
      file(
        `deploy/environments/${name}/environment.yaml`,
        `deploy: ${name === 'development' ? 'auto' : 'promote'}\nbase: pinned\nregistries: [registry.example/team]\n`,
      ),
    ),
    ...names.flatMap((app) => [
      file(`apps/${app}/deploy/values.yaml`, 'replicas: 1\n'),
      ...environments.map((name) => file(`apps/${app}/deploy/${name}.yaml`, '{}\n')),
    ]),
  ];
  const edits = names.map(
    (app) =>
      `commit refs/heads/main\ncommitter ${who}\n${bytes(`edit ${app}`)}${file(`apps/${app}/src/main.ts`, app)}`,
  );
  const main = `commit refs/heads/main\ncommitter ${who}\n${bytes('start')}${start.join('')}${edits.join('')}`;
  const repository = importInto(join(folder, `workspace-${apps}.git`), main);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8' }).trim();
  const commits = git('rev-list', '--reverse', 'main').split('\n').slice(1);
  const ledger = environments.map((name) => ledgerOf(name, names, commits)).join('');
  execFileSync('git', ['-C', repository, 'fast-import', '--quiet', '--force'], { input: ledger });
  return repository;
}

/** Each app was released at the commit that edited it. */
function ledgerOf(environment: string, names: readonly string[], commits: readonly string[]): string {
  const releases = names.map((app, at) => {
    const digest = `sha256:${createHash('sha256').update(app).digest('hex')}`;
    const [image, config] = [`registry.example/team/${app}`, commits[at] as string];
    return file(
      `apps/${app}/release.yaml`,
      `image: {repository: "${image}", tag: "sha-${digest.slice(7, 19)}", digest: "${digest}"}\n` +
        `release: {source: "${config}", config: "${config}", chart: "deploy/charts/service"}\n`,
    );
  });
  const state = file('ledger.yaml', `through: "${commits.at(-1)}"\npending: []\n`);
  return `commit refs/heads/env/${environment}\ncommitter ${who}\n${bytes('release')}${releases.join('')}${state}`;
}
