import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../src/index.ts';

const home = process.cwd();
const path = process.env['PATH'];
const DIGEST = `sha256:${'d'.repeat(64)}`;
let folder: string;
let output: string;
let config: string;

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-C', cwd, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

function write(root: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
}

/** A checkout whose remote has a release of `api` in `e2e`. */
function released(): void {
  const [root, remote] = [join(folder, 'work'), join(folder, 'remote.git')];
  git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', remote);
  git(folder, 'init', '--quiet', '--initial-branch=main', root);
  write(root, {
    'deploy/environments/e2e/environment.yaml':
      'deploy: auto\nbase: pinned\nregistries: [registry.example/team]\n',
    'apps/api/deploy/values.yaml': '{}\n',
    'apps/api/deploy/e2e.yaml': '{}\n',
  });
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--message', 'start');
  git(root, 'remote', 'add', 'origin', remote);
  git(root, 'push', '--quiet', 'origin', 'main');
  config = git(root, 'rev-parse', 'HEAD');
  git(root, 'checkout', '--quiet', '--orphan', 'env/e2e');
  git(root, 'rm', '-rq', '--cached', '.');
  write(root, {
    'apps/api/release.yaml': `image: { repository: registry.example/team/api, tag: sha-dddddddddddd, digest: "${DIGEST}" }\nrelease: { source: "${config}", config: "${config}", chart: deploy/charts/service }\n`,
    'ledger.yaml': `through: "${config}"\npending: []\n`,
  });
  git(root, 'add', 'apps/api/release.yaml', 'ledger.yaml');
  git(root, 'commit', '--quiet', '--message', 'release');
  git(root, 'push', '--quiet', 'origin', 'env/e2e');
  git(root, 'checkout', '--quiet', '--force', 'main');
  process.chdir(root);
}

/** A kubectl on PATH with one context and one Application. */
function kubectl(health: string, environment = 'e2e', context = 'e2e'): void {
  const application = {
    metadata: { name: 'api' },
    spec: {
      destination: { namespace: 'api' },
      source: { targetRevision: config, helm: { valueFiles: [`/apps/api/deploy/${environment}.yaml`] } },
    },
    status: {
      sync: { status: 'Synced', revision: config },
      health: { status: health },
      summary: { images: [`registry.example/team/api:sha-dddddddddddd@${DIGEST}`] },
    },
  };
  const pods = {
    items: [
      {
        kind: 'Pod',
        metadata: { name: 'api-1' },
        status: {
          containerStatuses: [
            {
              name: 'app',
              ready: false,
              state: { waiting: { reason: 'ErrImagePull', message: 'no such digest' } },
            },
          ],
        },
      },
    ],
  };
  write(folder, {
    'one.json': JSON.stringify(application),
    'all.json': JSON.stringify({ items: [application] }),
    'pods.json': JSON.stringify(pods),
    'bin/kubectl': `#!/bin/sh
case "$*" in
  *get-contexts*) echo ${context} ;;
  *current-context*) echo ${context} ;;
  *"-- api") cat ${folder}/one.json ;;
  *applications*) cat ${folder}/all.json ;;
  *pods*) cat ${folder}/pods.json ;;
esac
`,
  });
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  process.env['PATH'] = `${join(folder, 'bin')}${delimiter}${path}`;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-wait-'));
  output = '';
  const take = (chunk: string | Uint8Array): boolean => {
    output += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  for (const name of ['ARGOCD_SERVER', 'ARGOCD_AUTH_TOKEN', 'ARGOCD_OPTS']) vi.stubEnv(name, undefined);
  released();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.env['PATH'] = path;
  process.exitCode = undefined;
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe('slipway wait', () => {
  it('ends with 0 if the cluster runs the record', async () => {
    kubectl('Healthy');
    expect(await main(['wait', 'api', '--env', 'e2e'])).toBe(0);
    expect(output).toMatch(new RegExp(`e2e runs api at ${config.slice(0, 12)} with sha256:dddddddddddd`));
  });

  it('ends with 1 at the deadline, and names the pod and its error', async () => {
    kubectl('Degraded');
    expect(await main(['wait', 'api', '--env', 'e2e', '--timeout', '0.1', '--json'])).toBe(1);
    expect(JSON.parse(output.slice(output.indexOf('{\n')))).toMatchObject({
      outcome: 'timeout',
      causes: [{ resource: 'Pod/api-1', message: 'container app: ErrImagePull: no such digest' }],
    });
  });

  it('refuses a cluster that runs another environment', async () => {
    kubectl('Healthy', 'production');
    expect(await main(['wait', 'api', '--env', 'e2e'])).toBe(2);
    expect(output).toContain('the context "e2e" is not the cluster of e2e');
  });

  it('lists the released apps if an app is not released', async () => {
    kubectl('Healthy');
    expect(await main(['wait', 'web', '--env', 'e2e'])).toBe(2);
    expect(output).toContain('e2e has no release of "web". Released there: api.');
  });

  it.each(['0', '-1', 'soon'])('refuses --timeout %s', async (timeout) => {
    expect(await main(['wait', 'api', '--env', 'e2e', '--timeout', timeout])).toBe(2);
  });
});

describe('slipway status with a cluster', () => {
  it('shows sync and health', async () => {
    kubectl('Progressing');
    expect(await main(['status', '--env', 'e2e'])).toBe(0);
    expect(output).toMatch(/^APP +ENVIRONMENT .* SYNC +HEALTH$/m);
    expect(output).toMatch(/^api +e2e .* released +Synced +Progressing$/m);
  });

  it('names a cluster that cannot be asked, with the reason', async () => {
    kubectl('Healthy', 'production', 'other');
    expect(await main(['status', '--env', 'e2e'])).toBe(0);
    expect(output).toMatch(
      /^e2e: sync and health are unknown: the context "other" runs no Application of e2e/m,
    );
  });

  it('reports that no cluster is known', async () => {
    kubectl('Healthy', 'e2e', '');
    expect(await main(['status', '--env', 'e2e'])).toBe(0);
    expect(output).toContain('No cluster is known for e2e. Set KUBECONFIG');
  });

  it('asks no cluster with --no-cluster', async () => {
    kubectl('Healthy');
    expect(await main(['status', '--env', 'e2e', '--no-cluster'])).toBe(0);
    expect(output).not.toContain('SYNC');
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'uses the kubectl of the lockfile if none is on PATH',
    async () => {
      write(folder, {
        kubeconfig: JSON.stringify({
          clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
          contexts: [{ name: 'e2e', context: { cluster: 'c', user: 'u' } }],
          users: [{ name: 'u', user: {} }],
        }),
      });
      mkdirSync(join(folder, 'bin'), { recursive: true });
      symlinkSync(
        execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim(),
        join(folder, 'bin/git'),
      );
      vi.stubEnv('KUBECONFIG', join(folder, 'kubeconfig'));
      process.env['PATH'] = join(folder, 'bin');
      expect(await main(['status', '--env', 'e2e'])).toBe(0);
      expect(output).toMatch(/unknown: the context "e2e" cannot be reached: .*127\.0\.0\.1:1/);
    },
  );
});
