import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findHelm } from '@slipway/gitops/render';
import { main } from '../src/index.ts';

const hasHelm = (await findHelm()) !== undefined;
const home = process.cwd();
let folder: string;
let output: string;

/** A workspace with one app, one chart and an environment without Argo CD. */
const FILES = {
  'deploy/environments/local/environment.yaml':
    'deploy: auto\nbase: embedded\nregistries: ["oci:.slipway/registry"]\nsource: worktree\nledger: { repository: .slipway/ledger.git }\n',
  'deploy/charts/service/Chart.yaml': 'apiVersion: v2\nname: service\nversion: 0.1.0\n',
  'deploy/charts/service/values.yaml': 'replicas: 1\n',
  'deploy/charts/service/values.schema.json':
    '{"type": "object", "additionalProperties": false, "properties": {"replicas": {"type": "integer"}, "image": {}}}',
  'deploy/charts/service/ci/two.yaml': 'replicas: 2\n',
  'deploy/charts/service/templates/map.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {replicas: {{ .Values.replicas | quote }}}\n',
  'apps/api/deploy/values.yaml': 'replicas: 3\n',
  'apps/api/deploy/local.yaml': '{}\n',
};

function write(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  process.chdir(folder);
  write(FILES);
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  execFileSync('git', ['init', '--quiet', folder]);
  execFileSync('git', ['add', '--all']);
  execFileSync('git', [...identity, 'commit', '--quiet', '--message', 'start']);
  output = '';
  const take = (chunk: string | Uint8Array): boolean => {
    output += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasHelm)('render', () => {
  it('prints the work tree, committed or not', async () => {
    write({ 'apps/api/deploy/local.yaml': 'replicas: 5\n' });
    expect(await main(['render', 'api', '--work-tree'])).toBe(0);
    expect(output).toContain('data: {replicas: "5"}');
  });

  it('writes a file for each environment, and fails if values are refused', async () => {
    expect(await main(['render', 'api', '--all', '--output', 'out'])).toBe(0);
    expect(readFileSync(join(folder, 'out/local/api.yaml'), 'utf8')).toContain('replicas: "3"');
    write({ 'apps/api/deploy/local.yaml': 'replicaz: 5\n' });
    expect(await main(['render', 'api', '--all'])).toBe(1);
    expect(output).toContain("additional properties 'replicaz' not allowed");
  });

  it('says what is not released, with the remedy', async () => {
    expect(await main(['render', 'api'])).toBe(2);
    expect(output).toContain(
      'local has no release of "api". What is released: npx slipway status --env local.',
    );
  });

  it('says that an environment has no Argo CD', async () => {
    expect(await main(['render', 'root'])).toBe(2);
    expect(output).toContain('local has no Argo CD: deploy/environments/local/values.yaml does not exist');
  });

  it.each([
    ['a file that is not there', undefined],
    ['text', 'region: eu'],
    ['a list', '[]'],
  ])('refuses facts that are %s', async (_, text) => {
    if (text !== undefined) write({ 'facts.json': text });
    expect(await main(['render', 'root', '--facts', 'facts.json'])).toBe(2);
    expect(output).toContain('facts.json is not a file of facts');
  });
});

describe.skipIf(!hasHelm)('lint', () => {
  it('looks at charts by their scenarios, and at everything that is deployed', async () => {
    expect(await main(['lint'])).toBe(0);
    expect(output).toContain('1 charts and 1 renderings break no rule.');
    write({ 'deploy/charts/service/ci/typo.yaml': 'replicaz: 2\n' });
    expect(await main(['lint', 'deploy/charts/service'])).toBe(1);
    expect(output).toContain('deploy/charts/service/ci/typo.yaml: ');
  });

  it('refuses a folder that is not a chart', async () => {
    expect(await main(['lint', 'apps/api'])).toBe(2);
    expect(output).toContain('apps/api is not a chart: there is no apps/api/Chart.yaml.');
  });

  it('lists the rules, for people and as JSON', async () => {
    expect(await main(['lint', '--rules'])).toBe(0);
    expect(output).toMatch(
      /^seccomp\n {2}may use every system call\n {2}Reason: .+\n {2}Remedy: .+\n {2}Source: .+$/m,
    );
    output = '';
    expect(await main(['lint', '--rules', '--json'])).toBe(0);
    const { rules } = JSON.parse(output) as { rules: { id: string }[] };
    expect(rules).toContainEqual({
      id: 'seccomp',
      message: 'may use every system call',
      reason: expect.any(String) as string,
      remedy: 'Set seccompProfile.type: RuntimeDefault.',
      source: expect.stringContaining('pod-security-standards') as string,
    });
  });

  it('holds apps to the rules, lists exceptions in force, and refuses those that are not needed', async () => {
    write({
      'deploy/charts/service/templates/pod.yaml':
        'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: {{ .Release.Name }}}\n' +
        'spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {containers: [{name: main}]}}}}}\n',
    });
    expect(await main(['lint', '--json'])).toBe(1);
    const { problems } = JSON.parse(output) as { problems: { rule: string; what?: string }[] };
    expect(problems).toContainEqual({
      what: 'api',
      environment: 'local',
      rule: 'seccomp',
      place: 'CronJob/api container main',
      message: 'may use every system call',
      remedy: 'Set seccompProfile.type: RuntimeDefault.',
    });
    [output, process.exitCode] = ['', undefined];
    expect(await main(['lint'])).toBe(1);
    expect(output).toMatch(
      /^seccomp: Set seccompProfile.type: RuntimeDefault.\n {2}deploy.charts.+: may use every system call\n/m,
    );
    const broken = (what?: string) => problems.filter((one) => one.what === what).map(({ rule }) => rule);
    const except = (app: string, rules: readonly string[]) =>
      [...new Set(rules)].map((rule) => ({ rule, app, reason: 'legacy' }));
    const exceptions = [...except('api', broken('api')), ...except('deploy/charts/service', broken())];
    write({ 'deploy/exceptions.yaml': JSON.stringify(exceptions) });
    [output, process.exitCode] = ['', undefined];
    expect(await main(['lint'])).toBe(0);
    expect(output).toContain('break no rule.\nAllowed: ');
    expect(output).toContain('Allowed: seccomp for api: legacy');
    expect(await main(['render', 'api', '--all'])).toBe(0);

    write({ 'deploy/exceptions.yaml': JSON.stringify([...exceptions, ...except('gone', ['seccomp'])]) });
    output = '';
    expect(await main(['lint'])).toBe(1);
    expect(output).toContain(
      'deploy/exceptions.yaml: has an exception that is not needed: seccomp for gone. Remove it.',
    );
    [output, process.exitCode] = ['', undefined];
    expect(await main(['render', 'api', '--all'])).toBe(0);
    expect(output).toContain('Rendered, no rule broken: api in local');
  });
});
