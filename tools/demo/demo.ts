/**
 * `npm run demo` is a tour for newcomers. In a scratch copy of the workspace it goes from an edit to a
 * running image, with the real targets and real commits, and checks each result.
 *
 * `--keep` keeps the scratch copy.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startImage } from './container.ts';
import { commit, git, makeScratch, removeScratch } from '../scratch.ts';
import { expect, Tour } from './tour.ts';

const APP = 'apps/sample-api';
const STACK = 'infra/development/cluster';
const LEDGER = '.slipway/ledger.git';
const TABLE = /^(APP|sample-api|hello)\s|^One commit|^Nothing to release|^Still due|^Due in|^Nothing is due/;
const TASKS =
  /^(✔|✖|⨯)\s|^> nx run|^\s+✔|^APP |^(sample-api|hello) +\w+|^One commit|^Nothing to release|^Still due|uploaded$/;
/** A second environment on this machine, beside `local`, that accepts only promotions. */
const STAGE = `deploy: promote
base: embedded
registries: ['oci:.slipway/stage']
source: worktree
ledger: { repository: ${LEDGER} }
`;
const EDIT = 'npx nx affected -t build test deploy';

const workspace = process.cwd();
const before = git(workspace, 'status', '--porcelain');
const scratch = makeScratch(workspace);
const tour = new Tour(scratch);

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(scratch, file)), { recursive: true });
  writeFileSync(join(scratch, file), text);
};
const edit = (file: string, from: string, to: string): void => {
  const text = readFileSync(join(scratch, file), 'utf8');
  expect(text.includes(from), `${file} contains ${from}`);
  write(file, text.replace(from, to));
};
const ledger = (...args: string[]): string => git(join(scratch, LEDGER), ...args).trim();
const bumps = (): number => Number(ledger('rev-list', '--count', 'env/local'));
const released = (app: string, environment = 'local'): string =>
  ledger('show', `env/${environment}:apps/${app}/release.yaml`);

/**
 * Adds a second app that most steps do not change: a few lines without tests. Removes the check of the
 * rendered apps, because the committed renderings do not contain this app.
 */
function addHello(): void {
  rmSync(join(scratch, 'deploy/check'), { recursive: true });
  write(
    'apps/hello/package.json',
    '{ "name": "hello", "version": "1.0.0", "private": true, "type": "module" }\n',
  );
  write(
    'apps/hello/src/main.ts',
    "import { createServer } from 'node:http';\n\ncreateServer((_, response) => response.end('hello\\n')).listen(Number(process.env['PORT'] ?? 8080));\n",
  );
  write('apps/hello/deploy/values.yaml', '{}\n');
  write('apps/hello/deploy/local.yaml', '{}\n');
  for (const app of ['hello', 'sample-api']) write(`apps/${app}/deploy/stage.yaml`, '{}\n');
  write('deploy/environments/stage/environment.yaml', STAGE);
  commit(scratch, 'Add hello, and an environment that accepts promotions');
}

async function visit(): Promise<void> {
  addHello();

  await tour.stop('Deploy everything that is due', () => {
    const { code } = tour.type('slipway affected -t build test deploy', TASKS);
    expect(code === 0, 'the first deploy succeeds');
    expect(bumps() === 1, 'two apps are released in one commit');
    tour.say(ledger('log', '-1', '--stat', '--format=%h %s', 'env/local'));
  });

  await tour.stop('Again: nothing to do, and no commit', () => {
    tour.type('slipway affected -t build test deploy', TABLE);
    const { code } = tour.type('nx run-many -t deploy -p apps/*', TASKS);
    expect(code === 0 && bumps() === 1, 'a second run makes no commit');
  });

  await tour.stop('Edit one app: only its image is built, one commit', () => {
    const hello = released('hello');
    edit(`${APP}/package.json`, '"version": "0.1.0"', '"version": "0.2.0"');
    commit(scratch, 'sample-api 0.2.0');
    const { code, output } = tour.type('nx affected -t build test deploy --base=HEAD~1', TASKS);
    expect(code === 0 && bumps() === 2, 'the edit is released in one commit');
    expect(!/nx run (?!sample-api:)/.test(output), 'only tasks of the edited app run');
    expect(released('hello') === hello, 'hello is not released again');
    tour.say(
      ledger('diff', '--unified=0', 'env/local~1', 'env/local').replace(/^(index|---|\+\+\+|@@).*\n/gm, ''),
    );
  });

  await tour.stop('A red test: nothing is published, nothing is released', () => {
    const [record, commits] = [released('sample-api'), bumps()];
    edit(`${APP}/package.json`, '"version": "0.2.0"', '"version": "0.3.0"');
    write(
      `${APP}/test/red.test.ts`,
      "import { expect, it } from 'vitest';\n\nit('is red on purpose', () => expect(1).toBe(2));\n",
    );
    commit(scratch, 'sample-api 0.3.0, with a failing test');
    const { code } = tour.type(
      'nx affected -t build test deploy --base=HEAD~1',
      /^Failed tasks|^- |not run|red on purpose$/,
    );
    expect(code !== 0, 'a failing test fails the run');
    expect(released('sample-api') === record && bumps() === commits, 'a failed app is not released');
    tour.say('The release is unchanged, and the app stays due.');
  });

  await tour.stop('Unpack the released image, start it, sign and verify a message', async () => {
    const digest = /sha256:[0-9a-f]{64}/.exec(released('sample-api'))?.[0] as string;
    tour.type(
      `slipway image unpack .slipway/registry/sample-api --digest ${digest} --output .slipway/rootfs`,
      /./,
    );
    const container = await startImage(join(scratch, '.slipway/rootfs'));
    try {
      tour.say(`Started ${container.way}.`);
      await talk(container.url);
    } finally {
      const code = await container.stop();
      tour.say(`SIGTERM: exit code ${code}`);
    }
  });

  await tour.stop('Edit a stack: what would change in the cloud, without an account', () => {
    edit(`${STACK}/index.ts`, 'max: 4', 'max: 6');
    const { code, output } = tour.type(`slipway stack diff ${STACK}`, /./);
    expect(code === 0 && /autoscaler\.max: 4 -> 6/.test(output), 'the diff names the changed property');
    tour.type(`slipway stack synth ${STACK}`, /./);
  });

  await tour.stop('Promote it: the same image and configuration, nothing is built', () => {
    const { code } = tour.type('slipway promote --from local --to stage --no-diff', /./);
    expect(code === 0, 'both apps are promoted');
    const digest = /sha256:[0-9a-f]{64}/.exec(released('sample-api'))?.[0] as string;
    expect(released('sample-api', 'stage').includes(digest), 'stage has the same image as local');
  });

  await tour.stop('Roll back: the release before, and a hold that the next run obeys', () => {
    const before = released('sample-api');
    const { code } = tour.type('slipway rollback sample-api --env local --reason demo', /./);
    expect(code === 0 && released('sample-api') !== before, 'the previous release is back');
    expect(/hold:/.test(released('sample-api')), 'the rollback leaves a hold');
    tour.type('slipway history sample-api --env local', /./);
  });

  await tour.stop('What is released?', () => {
    tour.type('slipway status --no-cluster', /^(APP|hello|sample-api) .*(local|stage|STATE)/);
  });
}

/** Signs a message at the service and verifies it, unchanged and with one byte changed. */
async function talk(url: string): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as Record<string, unknown>;
  };
  const version = (await (await fetch(`${url}/version`)).json()) as { version?: string };
  expect(version.version === '0.2.0', 'the edited image was released');
  tour.say(`GET /version -> ${JSON.stringify(version)}`);
  const payload = '{"type":"demo.released"}';
  const { headers } = await post('/v1/messages', { payload });
  tour.say(`POST /v1/messages -> ${JSON.stringify(headers)}`);
  const good = await post('/v1/messages/verify', { payload, headers });
  const bad = await post('/v1/messages/verify', { payload: `${payload} `, headers });
  tour.say(
    `POST /v1/messages/verify -> ${JSON.stringify(good)}; with one byte more -> ${JSON.stringify(bad)}`,
  );
  expect(
    good['valid'] === true && bad['valid'] === false,
    'a valid message is accepted and a changed one is refused',
  );
}

const keep = process.argv.includes('--keep');
try {
  console.log(`A scratch copy of this workspace: ${scratch}`);
  await visit();
  console.log(`\n${tour.timeline()}`);
  expect(git(workspace, 'status', '--porcelain') === before, 'the work tree is unchanged');
  console.log(`
All steps used real targets and real commits; your work tree is unchanged. Next steps:
  ${EDIT}        the same for your edits, released to .slipway/
  npx slipway status                                the releases of all environments
  npx nx serve sample-api                           run the service and restart it on changes
  npm run demo -- --keep                            keep the scratch copy`);
} catch (error) {
  console.error(`\nThe output of the last command:\n${tour.last}`);
  throw error;
} finally {
  if (!keep) removeScratch(scratch);
}
