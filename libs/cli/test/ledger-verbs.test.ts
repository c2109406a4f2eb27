import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bump, readEnvironment, Checkout } from '@slipway/gitops';
import { buildImage, inspectImage, pushImage, type Base } from '@slipway/image';
import { main } from '../src/index.ts';

const home = process.cwd();
let folder: string;
let output: string;

/** An empty base: small, and sufficient because no test starts the application. */
const NO_BASE: Base = {
  kind: 'embedded',
  name: 'none',
  hostNode: true,
  platform: { os: 'linux', architecture: 'amd64' },
  layers: [],
  diffIds: [],
  env: [],
  history: [],
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'));
  process.chdir(folder);
  for (const name of ['GITHUB_ACTOR', 'GITHUB_SERVER_URL']) vi.stubEnv(name, undefined);
  const take = (chunk: string | Uint8Array): boolean => {
    output += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  workspace();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function commit(message: string): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', message);
}

/** Two environments of this machine: `local`, and `stage`, which accepts only promotions. */
function workspace(): void {
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  write('.gitignore', '.slipway/\n');
  for (const [name, deploy] of [
    ['local', 'auto'],
    ['stage', 'promote'],
  ]) {
    write(
      `deploy/environments/${name}/environment.yaml`,
      `deploy: ${deploy}\nbase: embedded\nregistries: ["oci:.slipway/${name}"]\nsource: worktree\nledger: { repository: .slipway/${name}.git }\n`,
    );
    for (const app of ['api', 'web']) write(`apps/${app}/deploy/${name}.yaml`, '{}\n');
  }
  write('deploy/charts/service/Chart.yaml', 'name: service\n');
  commit('start');
}

/** Builds and publishes an app and releases it to `local`. @returns the tag */
async function release(app: string, code: string): Promise<string> {
  write(`apps/${app}/main.mjs`, code);
  commit(code);
  const [bundle, layout] = [`.slipway/bundle/${app}`, `.slipway/layout/${app}`];
  write(`${bundle}/main.mjs`, code);
  const { digest } = await buildImage({ bundle, output: layout, base: NO_BASE, name: app });
  const [to, tag] = [`oci:.slipway/local/${app}`, `sha-${digest.slice(7, 19)}`];
  await pushImage({ layout, blobs: '.slipway/blobs', to, tags: [tag] });
  await bump({
    checkout: await Checkout.open(folder),
    environment: await readEnvironment(folder, 'local'),
    intents: [{ app, image: { repository: to, tag, digest } }],
    changed: async () => new Set([app]),
  });
  return tag;
}

/** Runs one command line. */
async function slipway(line: string, ...last: string[]): Promise<{ code: number; output: string }> {
  output = '';
  process.exitCode = undefined;
  const code = await main([...line.split(' '), ...last]);
  return { code, output };
}

describe('hold and unhold', () => {
  it('print what they did, the author and the next step, and a second time that there is nothing to do', async () => {
    await release('api', 'one');
    const held = await slipway('hold api --env local --reason incident');
    expect(held.code).toBe(0);
    expect(held.output).toMatch(
      /^api is held in local by Ada \(incident\) until it is lifted: commit [0-9a-f]{12}\.\nTo lift it: npx slipway unhold api --env local\n$/,
    );
    expect(await slipway('hold api --env local --reason incident')).toEqual({
      code: 0,
      output: 'api is already held in local by Ada (incident) until it is lifted: nothing to do.\n',
    });
    const replaced = await slipway('hold api --env local --reason worse --until 2030-01-01 --by Bob');
    expect(replaced.output).toContain('held in local by Bob (worse) until 2030-01-01T00:00:00Z: commit');
    expect(replaced.output).toContain('This replaces the hold by Ada (incident) until it is lifted.');
    const lifted = await slipway('unhold api --env local');
    expect(lifted.code).toBe(0);
    expect(lifted.output).toMatch(/^api is no longer held in local: commit [0-9a-f]{12}\./);
    expect(await slipway('unhold api --env local')).toEqual({
      code: 0,
      output: 'api is not held in local: nothing to do.\n',
    });
  });

  it('in CI record the user who started the run, and the run', async () => {
    await release('api', 'one');
    vi.stubEnv('GITHUB_ACTOR', 'octocat');
    vi.stubEnv('GITHUB_SERVER_URL', 'https://git.example');
    vi.stubEnv('GITHUB_REPOSITORY', 'acme/shop');
    vi.stubEnv('GITHUB_RUN_ID', '7');
    const held = await slipway('hold api --env local --json --reason incident');
    expect(JSON.parse(held.output)).toMatchObject({
      environment: 'local',
      app: 'api',
      hold: { by: 'octocat' },
    });
    expect((await slipway('history api')).output).toMatch(/ incident https:\/\/git\.example\/acme\/shop/);
    const shown = await slipway('history api --json');
    expect(JSON.parse(shown.output)).toMatchObject([
      { action: 'hold', by: 'octocat', run: 'https://git.example/acme/shop/actions/runs/7' },
      { action: 'release' },
    ]);
  });

  it.each([
    ['hold api --env local', /required option '--reason <text>'/],
    ['hold api --env local --reason x --until soon', /"soon" is not the end of a hold\. Write a duration/],
    ['hold nothing --env local --reason x', /local has no release of "nothing"\. Released there: none\./],
    ['unhold api', /required option '--env <environment>'/],
  ])('exit 2 for: %s', async (line, message) => {
    const { code, output } = await slipway(line);
    expect(code).toBe(2);
    expect(output).toMatch(message);
  });
});

describe('rollback and history', () => {
  it('go back to the previous release and show it', async () => {
    const [one, two] = [await release('api', 'one'), await release('api', 'two')];
    const back = await slipway('rollback api --env local --until 2h --reason', 'errors since 14:00');
    expect(back.code).toBe(0);
    expect(back.output).toMatch(
      new RegExp(
        `^api in local is rolled back: commit [0-9a-f]{12}\\.\n  from  ${two} with configuration [0-9a-f]{12}\n  to    ${one} with .*\nIt is held by Ada \\(errors since 14:00\\) until .*Z\\.\nWhen the cause is fixed: npx slipway unhold api --env local\n$`,
      ),
    );
    const again = await slipway(`rollback api --env local --reason x --to ${one}`);
    expect(again.code).toBe(0);
    expect(again.output).toContain(`api in local is already ${one} with configuration`);
    expect(again.output).toContain(': nothing was written.\n');
    const shown = await slipway('history api --limit 2');
    const when = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d';
    expect(shown.output).toMatch(
      new RegExp(
        `^WHEN \\(UTC\\) +ACTION +BY +IMAGE +CONFIGURATION +CHANGED +LEDGER +NOTE\n${when} +rollback +Ada +${one} .*image +[0-9a-f]{12} +errors since 14:00\n${when} +release +Ada +${two} .*image +[0-9a-f]{12}\n$`,
      ),
    );
  });

  it('exit 3 without an earlier release, and 2 for an invalid target or limit', async () => {
    const tag = await release('api', 'one');
    expect(await slipway('rollback api --env local --reason x')).toEqual({
      code: 3,
      output:
        'slipway: api has no earlier release in local. Its history: npx slipway history api --env local\n',
    });
    const unknown = await slipway('rollback api --env local --reason x --to v1');
    expect(unknown.code).toBe(2);
    expect(unknown.output).toContain(
      `"v1" is not a release of api in local. Known releases:\n  ${tag}  configuration`,
    );
    expect((await slipway('history api --limit many')).code).toBe(2);
  });
});

describe('promote', () => {
  it('copies the image to the target and releases it there, and a second time changes nothing', async () => {
    const tag = await release('api', 'one');
    const dry = await slipway('promote --from local --to stage --dry-run --no-diff');
    expect(dry).toEqual({
      code: 0,
      output: expect.stringMatching(
        /api +landed .*\nA dry run: nothing was copied or written\.\n$/,
      ) as string,
    });
    const done = await slipway('promote --from local --to stage --no-diff');
    expect(done.code).toBe(0);
    expect(done.output).toMatch(
      new RegExp(`^APP +STAGE +IMAGE\napi +landed +${tag}\nOne commit on env/stage: [0-9a-f]{12}\n$`),
    );
    const { digest } = await inspectImage({ image: '.slipway/stage/api', blobs: '.slipway/blobs' });
    expect(`sha-${digest.slice(7, 19)}`).toBe(tag);
    const again = await slipway('promote --from local --to stage --json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.output)).toMatchObject({
      from: 'local',
      to: 'stage',
      outcomes: [{ app: 'api', outcome: 'unchanged' }],
    });
  });

  it('exits 3 if an app is held, and 1 if an app failed', async () => {
    await release('api', 'one');
    await slipway('hold api --env local --reason x');
    const held = await slipway('promote api --from local --to stage');
    expect(held.code).toBe(3);
    expect(held.output).toMatch(/api +held +- +in local by Ada: x\n/);
    const failed = await slipway('promote api web --from local --to stage');
    expect(failed.code).toBe(1);
    expect(failed.output).toMatch(/web +failed +- +not released in local\. Deploy it there first/);
  });

  it('promotes from the only possible environment, and needs --from if there are several', async () => {
    const tag = await release('api', 'one');
    const preview = await slipway('status --no-cluster');
    expect(preview.output).toContain('A promotion from local to stage would affect 1 of 1 app:');
    expect((await slipway('promote --to stage --no-diff')).output).toMatch(new RegExp(`api +landed +${tag}`));
    write(
      'deploy/environments/other/environment.yaml',
      'deploy: auto\nbase: embedded\nregistries: [a]\nsource: worktree\n',
    );
    const unclear = await slipway('promote --to stage');
    expect(unclear.code).toBe(2);
    expect(unclear.output).toContain('Name it: --from <environment>. Known: local, other.');
  });

  it('fails an app whose registry cannot be reached', async () => {
    await bump({
      checkout: await Checkout.open(folder),
      environment: await readEnvironment(folder, 'local'),
      intents: [
        {
          app: 'web',
          image: { repository: '127.0.0.1:1/web', tag: 'v1', digest: `sha256:${'0'.repeat(64)}` },
        },
      ],
      changed: async () => new Set<string>(),
    });
    const refused = await slipway('promote web --from local --to stage');
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/web +failed .*127\.0\.0\.1:1/);
  });
});
