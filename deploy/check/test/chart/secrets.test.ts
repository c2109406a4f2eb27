import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import type { ISecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { describe, expect, test } from 'vitest';
import { hasHelm, manifestsOf, only, outcomesOf, RELEASE } from '../support/service-chart.ts';

const SERVER = 'https://vault.example:8200';
const withStore = (store: object, secretFiles: object = { name: 'keys' }) => ({
  ...RELEASE,
  secretFiles,
  environment: { secretStore: { server: SERVER, ...store } },
});
const podOf = async (values: typeof RELEASE) =>
  only<IDeployment>(await manifestsOf(values), 'Deployment').spec?.template;

describe.skipIf(!hasHelm)('secrets', () => {
  test('are one entry under the name of the app, and one Secret of that name', async () => {
    const manifests = await manifestsOf(withStore({ prefix: 'production' }));
    const { spec } = only<IExternalSecret>(manifests, 'ExternalSecret', 'api-keys');
    expect(spec?.dataFrom).toEqual([{ extract: { key: 'production/api/keys' } }]);
    expect(spec?.target).toEqual({ name: 'api-keys', creationPolicy: 'Owner', deletionPolicy: 'Retain' });
  });

  test('are read by an account of their own, with a token for Vault alone', async () => {
    const store = only<ISecretStore>(await manifestsOf(withStore({ rolePrefix: 'app-' })), 'SecretStore');
    expect(store.spec?.provider.vault).toEqual({
      server: SERVER,
      path: 'kv',
      version: 'v2',
      auth: {
        kubernetes: {
          mountPath: 'kubernetes',
          role: 'app-api',
          serviceAccountRef: { name: 'api-eso', audiences: ['vault'] },
        },
      },
    });
  });

  test('let External Secrets request that account’s token, only if it needs a permission for it', async () => {
    const tokenRequester = { name: 'external-secrets', namespace: 'external-secrets' };
    const { rules } = only<IRole>(await manifestsOf(withStore({ tokenRequester })), 'Role');
    expect(rules).toEqual([
      {
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        resourceNames: ['api-eso'],
        verbs: ['create'],
      },
    ]);
    const kinds = (await manifestsOf(withStore({}))).map(({ kind }) => kind);
    expect(kinds).not.toContain('Role');
    expect(kinds).not.toContain('RoleBinding');
  });

  test('arrive as read-only files, with or without a store', async () => {
    const files = { name: 'keys', mountPath: '/run/secrets/api' };
    for (const values of [withStore({}, files), { ...RELEASE, secretFiles: files }]) {
      const pod = (await podOf(values))?.spec;
      expect(pod?.volumes).toEqual([
        { name: 'secret-files', secret: { secretName: 'api-keys', defaultMode: 0o440 } },
      ]);
      expect(pod?.containers[0]?.volumeMounts).toEqual([
        { name: 'secret-files', mountPath: '/run/secrets/api', readOnly: true },
      ]);
    }
  });

  test('need no store where the environment has none, and none where the app has no secret', async () => {
    const cases = [{ ...RELEASE, secretFiles: { name: 'keys' } }, withStore({}, { name: '' }), RELEASE];
    for (const { manifests } of await outcomesOf(cases)) {
      const kinds = manifests?.map(({ kind }) => kind);
      expect(kinds).toEqual(expect.not.arrayContaining(['ExternalSecret', 'SecretStore']));
    }
  });

  test('make new pods when it is another secret, and not when the image is another', async () => {
    const checksumOf = async (values: typeof RELEASE) =>
      (await podOf(values))?.metadata?.annotations?.['checksum/external-secret'];
    const before = await checksumOf(withStore({}));
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await checksumOf(withStore({ prefix: 'other' }))).not.toBe(before);
    const image = { repository: 'registry.example/api', tag: 'next', digest: `sha256:${'f'.repeat(64)}` };
    expect(await checksumOf({ ...withStore({}), image })).toBe(before);
  });
});
