import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import {
  application,
  leftInArgoCd,
  openWebhook,
  rememberDefaultProject,
  restoreDefaultProject,
} from './argocd.ts';
import { Checkout, ENVIRONMENT, NAMESPACE_PREFIX, namespaceOf } from './checkout.ts';
import { explain } from './explain.ts';
import { DOMAIN, gatewayValues, makeGateway, removeGateway } from './gateway.ts';
import { addHello, code } from './hello.ts';
import { apply, forward, kubectl, list, until } from './kubectl.ts';
import { ask, keysOf, signAndVerify, type Endpoint } from './messages.ts';
import { readSettings } from './settings.ts';
import { lightLoad } from './traffic.ts';
import { storeOf, Vault } from './vault.ts';

const found = readSettings(process.env);
const settings = 'settings' in found ? found.settings : undefined;
const title = settings
  ? 'a release on a real cluster'
  : `a release on a real cluster (set ${'missing' in found && found.missing.join(', ')})`;

const APP = 'sample-api';
const deployAll = `slipway affected -t build test deploy -c ${ENVIRONMENT}`;
const wait = (app: string, seconds = 240) => `slipway wait ${app} --env ${ENVIRONMENT} --timeout ${seconds}`;
const key = (): string => `whsec_${randomBytes(32).toString('base64')}`;

interface Pod {
  metadata: { name: string; uid: string; deletionTimestamp?: string };
  status: { containerStatuses?: { imageID: string; restartCount: number; ready: boolean }[] };
}

const podsOf = async (app: string): Promise<Pod[]> =>
  (
    await list<Pod>(`--namespace=${namespaceOf(app)}`, 'pods', `--selector=app.kubernetes.io/name=${app}`)
  ).filter(({ metadata }) => metadata.deletionTimestamp === undefined);

describe.skipIf(!settings)(title, () => {
  const { gatewayClass, vault: vaultSettings } = settings ?? {};
  const vault = vaultSettings && new Vault(vaultSettings);
  const folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-'));
  const keys: Record<string, string> = { first: key() };
  const timings: string[] = [];
  let checkout: Checkout;
  let store: Awaited<ReturnType<typeof storeOf>> | undefined;
  let webhook: Awaited<ReturnType<typeof openWebhook>>;
  let service: Awaited<ReturnType<typeof forward>>;
  let gateway: Endpoint | undefined;
  let inside: Endpoint;

  /** A step of the test. If it fails, the diagnostics of the app `about` are printed. */
  const step = (name: string, about: string, act: () => Promise<void>, needed: unknown = true): void => {
    it.skipIf(!needed)(name, async () => {
      onTestFailed(async () => console.log(await explain(about)));
      const started = performance.now();
      await act();
      timings.push(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${name}`);
    });
  };

  /** Deploys what is due and waits until it runs. Returns the seconds of both parts. */
  const release = async (app: string): Promise<{ bump: number; run: number; output: string }> => {
    const started = performance.now();
    const { output } = await checkout.run(deployAll);
    const bumped = performance.now();
    await webhook.notify();
    await checkout.run(wait(app));
    const seconds = (from: number, to: number) => Number(((to - from) / 1000).toFixed(1));
    return { bump: seconds(started, bumped), run: seconds(bumped, performance.now()), output };
  };

  /** Writes the keys to the source of the app's Secret. */
  const writeKeys = async (): Promise<void> => {
    if (vault) return vault.write(APP, 'keys', keys);
    console.log('No Vault is given: the keys are a plain Secret.');
    await apply(
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(APP) } }),
    );
    const metadata = { name: `${APP}-keys`, namespace: namespaceOf(APP) };
    await apply(JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: keys }));
  };

  beforeAll(async () => {
    if (!settings) return;
    expect(await leftInArgoCd(), 'the cluster already has what this story makes').toEqual([]);
    await rememberDefaultProject(join(folder, 'default.json'));
    store = vaultSettings && (await storeOf(vaultSettings));
    checkout = new Checkout(settings, {
      environment: {
        domain: DOMAIN,
        ...(gatewayClass && { gateway: await gatewayValues(gatewayClass) }),
        ...(store && {
          secretStore: {
            server: store.server,
            ...(store.caBundle && { caBundle: store.caBundle }),
            path: vaultSettings?.path,
            mountPath: vaultSettings?.mountPath,
            prefix: ENVIRONMENT,
            rolePrefix: `${ENVIRONMENT}-`,
          },
        }),
      },
    });
    checkout.write(`apps/${APP}/deploy/${ENVIRONMENT}.yaml`, 'replicas: 2\n');
    addHello(checkout);
    checkout.push('Start');
    webhook = await openWebhook(settings, checkout);
  });

  afterAll(() => {
    webhook?.close();
    service?.close();
    store?.close();
    rmSync(folder, { recursive: true, force: true });
    if (timings.length > 0) console.log(`\n${timings.join('\n')}`);
  });

  step(
    'creates a Gateway, as the cluster’s add-ons will',
    'gateway',
    async () => {
      gateway = { address: await makeGateway(gatewayClass as string), host: `${APP}.${DOMAIN}` };
    },
    gatewayClass,
  );

  step('writes a first signing key', APP, async () => {
    await vault?.createRole(APP);
    await writeKeys();
  });

  step('applies the root object; a second apply changes nothing', 'platform', async () => {
    const { output } = await checkout.run(`slipway render root --env ${ENVIRONMENT}`);
    await apply(output);
    const versions = async () =>
      (await list('--namespace=argocd', 'applicationset', 'platform')).map(({ metadata }) => metadata);
    const before = await versions();
    await apply(output);
    expect((await versions()).map(({ uid }) => uid)).toEqual(before.map(({ uid }) => uid));
    expect(before).toHaveLength(1);
  });

  step('builds, tests and publishes what is due, and makes one commit', APP, async () => {
    const { output } = await checkout.run(deployAll);
    expect(output).toMatch(new RegExp(`^${APP} +landed`, 'm'));
    expect(checkout.bumps()).toBe(1);
    const { image } = checkout.record(APP);
    const listed = await checkout.run(`slipway image ls ${image.repository} --json`);
    expect(listed.output).toContain(image.digest);
    await webhook.notify();
  });

  step('syncs the platform and both apps', APP, async () => {
    for (const app of ['platform', APP, 'hello']) await checkout.run(wait(app));
  });

  step('runs exactly the digest of the record, in pods of two', APP, async () => {
    const { image } = checkout.record(APP);
    const pods = await podsOf(APP);
    expect(pods).toHaveLength(2);
    for (const { status } of pods) expect(status.containerStatuses?.[0]?.imageID).toContain(image.digest);
  });

  step('signs and verifies with the key, through the Service', APP, async () => {
    service = await forward(namespaceOf(APP), APP, 80);
    inside = { address: service.address, host: 'localhost' };
    expect(await keysOf(inside)).toEqual(['first']);
    expect(await signAndVerify(inside)).toMatchObject({
      signatures: 1,
      genuine: { valid: true, key: 'first' },
      tampered: { valid: false },
    });
  });

  step(
    'signs and verifies through the Gateway, which routes no other paths and hosts',
    APP,
    async () => {
      const endpoint = gateway as Endpoint;
      await until('the route', async () => (await signAndVerify(endpoint)).genuine.valid);
      await expect(ask(endpoint, '/metrics')).rejects.toThrow(/404/);
      await expect(ask({ ...endpoint, host: `other.${DOMAIN}` }, '/v1/keys')).rejects.toThrow(/404/);
    },
    gatewayClass,
  );

  step('loads a second key without a restart', APP, async () => {
    const before = await podsOf(APP);
    keys['second'] = key();
    await writeKeys();
    await until('both keys', async () => (await keysOf(inside)).join() === 'first,second', {
      within: 300_000,
      every: 1_000,
    });
    expect(await signAndVerify(inside)).toMatchObject({ signatures: 2, genuine: { valid: true } });
    const identity = ({ metadata, status }: Pod) =>
      `${metadata.uid} ${status.containerStatuses?.[0]?.restartCount}`;
    expect((await podsOf(APP)).map(identity).sort()).toEqual(before.map(identity).sort());
  });

  step('makes no commit without changes', APP, async () => {
    const bumps = checkout.bumps();
    expect((await checkout.run(deployAll)).output).toContain(`Nothing is due in ${ENVIRONMENT}`);
    expect((await checkout.run(`nx deploy ${APP} -c ${ENVIRONMENT}`)).output).toMatch(
      new RegExp(`^${APP} +unchanged`, 'm'),
    );
    expect(checkout.bumps()).toBe(bumps);
  });

  step('rolls out a change of code under light load, with no failed request', APP, async () => {
    const before = checkout.record(APP);
    checkout.edit(`apps/${APP}/package.json`, '"version": "', '"version": "9.');
    checkout.push(`${APP}: another version`);
    const endpoint = gateway ?? inside;
    const load = lightLoad(async () => void (await signAndVerify(endpoint)));
    const { bump, run } = await release(APP).finally(() => load.stop());
    const { requests, failures } = await load.stop();
    console.log(
      `change of code: ${bump} s to the bump, ${run} s more until it runs; ${requests} rounds of requests`,
    );
    if (gateway) expect(failures).toEqual([]); // a forwarded port ends with its pod
    expect(checkout.record(APP).image.digest).not.toBe(before.image.digest);
    expect(requests).toBeGreaterThan(0);
  });

  step('releases a change of values with the same digest', APP, async () => {
    const before = checkout.record(APP);
    checkout.write(`apps/${APP}/deploy/${ENVIRONMENT}.yaml`, 'replicas: 2\nenv: { LOG_LEVEL: debug }\n');
    const config = checkout.push(`${APP}: more words`);
    const { bump, run } = await release(APP);
    console.log(`change of values: ${bump} s to the bump, ${run} s more until it runs`);
    const after = checkout.record(APP);
    expect(after.image).toEqual(before.image);
    expect(after.release.config).toBe(config);
  });

  step('does not move an app for a commit that does not touch it', APP, async () => {
    const { spec } = await application(APP);
    checkout.write('docs/note.md', 'Nothing of the app.\n');
    const head = checkout.push('A note');
    expect((await checkout.run(deployAll, { expected: 'any' })).output).not.toMatch(
      new RegExp(`^${APP} +landed`, 'm'),
    );
    await webhook.notify();
    await kubectl([
      'annotate',
      '--namespace=argocd',
      'application',
      APP,
      'argocd.argoproj.io/refresh=hard',
      '--overwrite',
    ]);
    const refreshed = await until('the refresh', async () => {
      const [{ metadata }] = (await list<{ metadata: { annotations?: Record<string, string> } }>(
        '--namespace=argocd',
        'application',
        APP,
      )) as [{ metadata: { annotations?: Record<string, string> } }];
      return metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined;
    });
    expect(refreshed).toBe(true);
    const now = await application(APP);
    expect(now.spec.source.targetRevision).toBe(spec.source.targetRevision);
    expect(now.status.sync.revision).toBe(spec.source.targetRevision);
    expect(now.spec.source.targetRevision).not.toBe(head);
  });

  step('keeps serving if a record names a missing image, and reports it', APP, async () => {
    const gone = `sha256:${'0'.repeat(63)}1`;
    const before = (await podsOf(APP)).map(({ metadata }) => metadata.uid).sort();
    checkout.overwriteRecord(APP, (record) => ({
      ...record,
      image: { ...record.image, tag: 'sha-000000000000', digest: gone },
    }));
    await webhook.notify();
    const endpoint = gateway ?? inside;
    const load = lightLoad(async () => void (await signAndVerify(endpoint)));
    const { output } = await checkout.run(wait(APP, 40), { expected: 1 }).finally(() => load.stop());
    const { failures } = await load.stop();
    expect(output).toMatch(
      /Pod\/sample-api-\S+: (container app: (ErrImagePull|ImagePullBackOff)|.*failed to pull)/,
    );
    expect(failures).toEqual([]);
    const ready = (await podsOf(APP)).filter(({ status }) => status.containerStatuses?.[0]?.ready);
    expect(ready.map(({ metadata }) => metadata.uid).sort()).toEqual(before);
  });

  step('rolls back, holds, and lifts the hold', APP, async () => {
    await checkout.run(`slipway rollback ${APP} --env ${ENVIRONMENT} --reason bad-digest`);
    await webhook.notify();
    await checkout.run(wait(APP));
    expect(checkout.record(APP).hold?.reason).toBe('bad-digest');
    await checkout.run(`slipway unhold ${APP} --env ${ENVIRONMENT}`);
    await checkout.run(deployAll);
    await webhook.notify();
    await checkout.run(wait(APP));
  });

  step('reverts manual edits in the cluster', APP, async () => {
    const namespace = `--namespace=${namespaceOf(APP)}`;
    const patch = '{"spec":{"ports":[{"name":"http","port":80,"targetPort":9}]}}';
    await kubectl(['patch', namespace, 'service', APP, '--type=merge', `--patch=${patch}`]);
    await until(
      'the Service as released',
      async () => {
        const [{ spec }] = (await list(namespace, 'service', APP)) as [
          { spec: { ports: { targetPort: unknown }[] } },
        ];
        return spec.ports[0]?.targetPort !== 9;
      },
      { within: 180_000 },
    );
    await checkout.run(wait(APP));
  });

  step('lands one of two apps if the test of the other fails', 'hello', async () => {
    const before = { [APP]: checkout.record(APP), hello: checkout.record('hello') };
    checkout.write('apps/hello/src/main.ts', code('hello again'));
    checkout.edit(`apps/${APP}/package.json`, '"version": "9.', '"version": "10.');
    checkout.write(
      `apps/${APP}/test/red.test.ts`,
      "import { expect, it } from 'vitest';\nit('is red', () => expect(1).toBe(2));\n",
    );
    checkout.push('Two apps, one with a failing test');
    const { output } = await checkout.run(deployAll, { expected: 1 });
    expect(output).toMatch(/^hello +landed/m);
    expect(output).toMatch(new RegExp(`^${APP} +failed`, 'm'));
    await webhook.notify();
    await checkout.run(wait('hello'));
    expect(checkout.record(APP)).toEqual(before[APP]);
    expect(checkout.record('hello').image.digest).not.toBe(before.hello.image.digest);
    checkout.git('revert', '--no-commit', 'HEAD');
    checkout.push('Green again');
  });

  step('shows all apps in one table', APP, async () => {
    const { output } = await checkout.run(`slipway status --env ${ENVIRONMENT}`);
    console.log(output);
    expect(output).toMatch(new RegExp(`^${APP} +${ENVIRONMENT} .*Synced +Healthy$`, 'm'));
  });

  step('leaves no objects after the teardown', 'platform', async () => {
    await kubectl([
      'delete',
      '--namespace=argocd',
      'applicationset',
      'platform',
      '--cascade=foreground',
      '--timeout=240s',
    ]);
    await until(
      'the end of all Applications',
      async () => (await list('--namespace=argocd', 'application')).length === 0,
      { within: 240_000 },
    );
    await kubectl([
      'delete',
      '--namespace=argocd',
      'appproject',
      'platform',
      '--ignore-not-found',
      '--timeout=60s',
    ]);
    await restoreDefaultProject(join(folder, 'default.json'));
    await removeGateway();
    const namespaces = (await list('namespace'))
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith(NAMESPACE_PREFIX));
    for (const namespace of namespaces) {
      const objects = await kubectl([
        'get',
        `--namespace=${namespace}`,
        'deployments,services,httproutes,externalsecrets,secretstores',
        '--output=name',
      ]);
      expect(objects.trim(), namespace).toBe('');
    }
    if (namespaces.length > 0) await kubectl(['delete', 'namespace', ...namespaces, '--timeout=120s']);
    await vault?.forget(APP, 'keys');
    checkout.close();
    expect(await leftInArgoCd()).toEqual([]);
  });
});
