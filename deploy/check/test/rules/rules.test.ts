import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { describe, expect, test } from 'vitest';
import { APP_RULES, checkManifests, RULES, type Manifest } from '@slipway/gitops/render';
import { edited, without, type Edit } from '../support/edit.ts';
import { problemsOf } from '../support/problems.ts';
import { EVERYTHING, hasHelm, manifestsOf } from '../support/service-chart.ts';

const POD = '/spec/template/spec';
const APP_CONTAINER = `${POD}/containers/0`;

/** A way to break one rule. */
type Break = (good: readonly Manifest[]) => Manifest[];

const edit =
  (kind: string, path: string, value?: unknown): Break =>
  (good) =>
    edited(good, { kind, path, value } satisfies Edit);
const pod = (path: string, value?: unknown) => edit('Deployment', `${POD}${path}`, value);
const app = (path: string, value?: unknown) => edit('Deployment', `${APP_CONTAINER}${path}`, value);
const remove =
  (kind: string): Break =>
  (good) =>
    without(good, kind);
const add =
  (manifest: Manifest): Break =>
  (good) => [...good, manifest];

/** Each rule about manifests, and at least one manifest that breaks it and must be found. */
const BREAKS: Readonly<Record<string, readonly Break[]>> = {
  'known-kind': [
    add({ apiVersion: 'v1', kind: 'Servise', metadata: { name: 'api' } }),
    add({ apiVersion: 'apps/v9', kind: 'Deployment', metadata: { name: 'api' } }),
    add({ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'api' } }),
    add({ apiVersion: '../../../v1', kind: 'Service', metadata: { name: 'api' } }),
  ],
  'known-fields': [
    edit('Deployment', '/replicas', 2),
    pod('/topologySpreadConstraints/0/topologykey', 'zone'),
    edit('HTTPRoute', '/spec/rules/0/timeout', '10s'),
  ],
  schema: [
    edit('Deployment', '/spec/replicas', 'two'),
    edit('HTTPRoute', '/spec/rules/0/matches/0/path/type', 'Prefix'),
    edit('ExternalSecret', '/spec/target/deletionPolicy', 'Keep'),
  ],
  duplicates: [
    app('/env/-', { name: 'PORT', value: '9' }),
    app('/ports/-', { name: 'http', containerPort: 9090 }),
    app('/volumeMounts/-', { name: 'secret-files', mountPath: '/tmp' }),
    pod('/volumes/-', { name: 'tmp', emptyDir: { sizeLimit: '1Mi' } }),
    edit('HTTPRoute', '/spec/hostnames/-', 'api.apps.example.com'),
    (good) => [...good, ...good.slice(0, 1)],
  ],

  'host-namespaces': [pod('/hostNetwork', true), pod('/hostPID', true), pod('/hostIPC', true)],
  'volume-types': [
    pod('/volumes/-', { name: 'node', hostPath: { path: '/var/run/docker.sock' } }),
    pod('/volumes/-', { name: 'share', nfs: { server: 'nfs', path: '/' } }),
  ],
  sysctls: [pod('/securityContext/sysctls', [{ name: 'kernel.msgmax', value: '1' }])],
  'host-process': [pod('/securityContext/windowsOptions', { hostProcess: true })],
  'host-ports': [app('/ports/0/hostPort', 8080)],
  'probe-host': [app('/livenessProbe/httpGet/host', '169.254.169.254')],
  privileged: [app('/securityContext/privileged', true)],
  'privilege-escalation': [
    app('/securityContext/allowPrivilegeEscalation', true),
    app('/securityContext/allowPrivilegeEscalation'),
  ],
  'run-as-non-root': [pod('/securityContext/runAsNonRoot'), app('/securityContext/runAsNonRoot', false)],
  'run-as-user': [pod('/securityContext/runAsUser', 0), app('/securityContext/runAsUser', 0)],
  seccomp: [
    pod('/securityContext/seccompProfile'),
    app('/securityContext/seccompProfile', { type: 'Unconfined' }),
  ],
  capabilities: [
    app('/securityContext/capabilities'),
    app('/securityContext/capabilities/drop', ['NET_RAW']),
    app('/securityContext/capabilities/add', ['SYS_ADMIN']),
  ],
  'proc-mount': [app('/securityContext/procMount', 'Unmasked')],
  selinux: [
    pod('/securityContext/seLinuxOptions', { type: 'spc_t' }),
    app('/securityContext/seLinuxOptions', { role: 'system_r' }),
  ],
  apparmor: [pod('/securityContext/appArmorProfile', { type: 'Unconfined' })],

  'high-ids': [pod('/securityContext/runAsUser', 1000), pod('/securityContext/runAsGroup')],
  'read-only-root': [app('/securityContext/readOnlyRootFilesystem')],
  'image-digest': [
    app('/image', 'registry.example/api:latest'),
    app('/image', 'registry.example/api@sha256:0123'),
    app('/image'),
  ],
  'pull-policy': [app('/imagePullPolicy')],
  'secret-in-env': [
    app('/env/-', { name: 'KEY', valueFrom: { secretKeyRef: { name: 'api-keys', key: 'a' } } }),
    app('/envFrom', [{ secretRef: { name: 'api-keys' } }]),
  ],
  resources: [
    app('/resources/limits/memory'),
    app('/resources/requests/cpu'),
    app('/resources/requests/memory'),
  ],
  'privileged-port': [app('/ports/0/containerPort', 22)],
  'pod-token': [
    pod('/automountServiceAccountToken'),
    pod('/volumes/-', {
      name: 'token',
      projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
    }),
  ],
  'service-links': [pod('/enableServiceLinks')],
  'empty-dir-size': [pod('/volumes/-', { name: 'more', emptyDir: {} })],

  'startup-probe': [app('/startupProbe')],
  'liveness-probe': [app('/livenessProbe')],
  'readiness-probe': [app('/readinessProbe')],
  'shallow-liveness': [app('/livenessProbe/httpGet/path', '/readyz')],
  'pre-stop': [app('/lifecycle')],
  'grace-period': [pod('/terminationGracePeriodSeconds', 26), app('/env/2/value', '20000')],
  'readiness-in-time': [app('/readinessProbe/periodSeconds'), app('/lifecycle/preStop/sleep/seconds', 3)],

  'bare-pod': [add({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stray' } })],
  selector: [edit('Deployment', '/spec/selector/matchLabels/app.kubernetes.io~1name', 'other')],
  'rolling-update': [
    edit('Deployment', '/spec/strategy', { type: 'Recreate' }),
    edit('Deployment', '/spec/strategy/rollingUpdate/maxUnavailable', '25%'),
  ],
  'topology-spread': [
    pod('/topologySpreadConstraints/1'),
    pod('/topologySpreadConstraints/0/labelSelector/matchLabels', { app: 'api' }),
  ],
  'replicas-or-autoscaler': [edit('Deployment', '/spec/replicas', 2), remove('HorizontalPodAutoscaler')],
  'disruption-budget': [remove('PodDisruptionBudget')],
  'budget-lets-drain': [
    edit('PodDisruptionBudget', '/spec/maxUnavailable', 0),
    edit('PodDisruptionBudget', '/spec/maxUnavailable'),
    edit('PodDisruptionBudget', '/spec/unhealthyPodEvictionPolicy', 'IfHealthyBudget'),
    edit('HorizontalPodAutoscaler', '/spec/minReplicas', 1),
  ],
  'budget-has-pods': [edit('PodDisruptionBudget', '/spec/selector/matchLabels', { app: 'api' })],
  autoscaler: [
    edit('HorizontalPodAutoscaler', '/spec/minReplicas', 1),
    edit('HorizontalPodAutoscaler', '/spec/maxReplicas', 1),
    edit('HorizontalPodAutoscaler', '/spec/scaleTargetRef/name', 'other'),
  ],

  'default-deny': [
    remove('NetworkPolicy'),
    edit('NetworkPolicy', '/spec/policyTypes', ['Ingress']),
    edit('NetworkPolicy', '/spec/podSelector/matchLabels', { app: 'api' }),
  ],
  'open-policy': [
    edit('NetworkPolicy', '/spec/ingress/-', {}),
    edit('NetworkPolicy', '/spec/ingress/0/from', []),
    edit('NetworkPolicy', '/spec/ingress/0/from/1/namespaceSelector', {}),
    edit('NetworkPolicy', '/spec/egress/0/ports'),
    edit('NetworkPolicy', '/spec/egress/2/to/0/ipBlock/except'),
  ],
  'service-type': [
    edit('Service', '/spec/type', 'NodePort'),
    edit('Service', '/spec/externalIPs', ['192.0.2.1']),
  ],
  'service-target': [
    edit('Service', '/spec/selector', { app: 'api' }),
    edit('Service', '/spec/ports/0/targetPort', 'grpc'),
  ],
  'route-target': [
    edit('HTTPRoute', '/spec/rules/0/backendRefs/0/name', 'other'),
    edit('HTTPRoute', '/spec/rules/0/backendRefs/0/port', 8080),
  ],
  'route-subset': [
    edit('HTTPRoute', '/spec/rules/0/timeouts', { request: '10s' }),
    edit('HTTPRoute', '/spec/hostnames', []),
    edit('HTTPRoute', '/spec/rules/0/matches', []),
  ],

  'forbidden-kinds': [add({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'api-keys' } })],
  'own-account': [pod('/serviceAccountName')],
  'dangling-account': [pod('/serviceAccountName', 'other')],
  'account-token': [edit('ServiceAccount', '/automountServiceAccountToken')],
  'narrow-role': [
    edit('Role', '/rules/0/verbs', ['*']),
    edit('Role', '/rules/0/resources', ['secrets']),
    edit('Role', '/rules/0/resourceNames'),
  ],
  'retain-secret': [edit('ExternalSecret', '/spec/target/deletionPolicy')],
  'no-secret-template': [edit('ExternalSecret', '/spec/target/template', { data: { a: '{{ .a }}' } })],
  'own-secret': [
    edit('ExternalSecret', '/spec/dataFrom/0/extract/key', 'production/other/keys'),
    edit('ExternalSecret', '/spec/data', [{ secretKey: 'a', remoteRef: { key: 'production/other/keys' } }]),
  ],
  'store-first': [
    edit('SecretStore', '/metadata/annotations/argocd.argoproj.io~1sync-wave', '-1'),
    edit('ExternalSecret', '/spec/secretStoreRef/name', 'other'),
  ],
  'vault-login': [
    edit('SecretStore', '/spec/provider/vault/auth/kubernetes/serviceAccountRef/name', 'api'),
    edit('SecretStore', '/spec/provider/vault/auth/kubernetes/serviceAccountRef/audiences'),
  ],
};

/** A container that breaks every rule that holds for each single container. */
const HOSTILE = {
  name: 'hostile',
  image: 'busybox',
  ports: [{ containerPort: 22, hostPort: 22 }],
  livenessProbe: { httpGet: { port: 80, host: '169.254.169.254' } },
  env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'api-keys', key: 'a' } } }],
  securityContext: {
    privileged: true,
    runAsNonRoot: false,
    runAsUser: 0,
    seccompProfile: { type: 'Unconfined' },
    procMount: 'Unmasked',
    seLinuxOptions: { type: 'spc_t' },
    appArmorProfile: { type: 'Unconfined' },
    windowsOptions: { hostProcess: true },
  },
};

describe.skipIf(!hasHelm)('the rules', async () => {
  const good = hasHelm ? await manifestsOf(EVERYTHING) : [];

  test('find no problem in the chart’s objects with every option', async () => {
    expect(await problemsOf(APP_RULES, good)).toEqual([]);
  });

  test('are each broken by a manifest here, except those about values files', () => {
    expect(Object.keys(BREAKS).sort()).toEqual(
      APP_RULES.map(({ id }) => id)
        .filter((id) => !['foreign-values', 'unrouted-paths'].includes(id))
        .sort(),
    );
  });

  test('have different ids, and each a reason, a remedy and a source', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { message, reason, remedy, source } of RULES) {
      expect(message).toMatch(/^[a-z].*[^.]$/);
      for (const sentence of [reason, remedy]) expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(source).toMatch(/https:|^[A-Z]/);
    }
  });

  test.each(Object.keys(BREAKS))('%s finds each manifest that breaks it', async (id) => {
    for (const breaks of BREAKS[id] as readonly Break[]) {
      const { problems } = await checkManifests(APP_RULES, breaks(good));
      expect(problems.map(({ rule }) => rule)).toContain(id);
    }
  });

  test('about probes and shutdown leave the pods of a Job alone', async () => {
    const { spec } = good.find(({ kind }) => kind === 'Deployment') as unknown as IDeployment;
    const template = structuredClone(spec?.template) as { metadata: object; spec: IPodSpec };
    template.spec.restartPolicy = 'Never';
    for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const) {
      delete template.spec.containers[0]?.[key];
    }
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate' }, spec: { template } };
    expect(await problemsOf(APP_RULES, [...good, job])).toEqual([]);
  });

  test('leave Helm’s tests alone, which Argo CD does not apply', async () => {
    const annotations = { 'helm.sh/hook': 'test' };
    const stray = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', annotations } };
    expect(await problemsOf(APP_RULES, [...good, stray])).toEqual([]);
    const other = { ...stray, metadata: { name: 'x', annotations: { 'helm.sh/hook': 'pre-install' } } };
    expect(await problemsOf(APP_RULES, [...good, other])).not.toEqual([]);
  });

  test.each(['initContainers', 'ephemeralContainers'])('look at %s like at any container', async (list) => {
    const found = await problemsOf(
      APP_RULES,
      edited(good, { kind: 'Deployment', path: `${POD}/${list}`, value: [HOSTILE] }),
    );
    const rules = found.filter(({ place }) => place.endsWith('container hostile')).map(({ rule }) => rule);
    expect(rules).toEqual(
      expect.arrayContaining([
        ...[
          'privileged',
          'privilege-escalation',
          'run-as-non-root',
          'run-as-user',
          'seccomp',
          'capabilities',
        ],
        ...['proc-mount', 'selinux', 'apparmor', 'host-process', 'host-ports', 'probe-host', 'high-ids'],
        ...['read-only-root', 'image-digest', 'pull-policy', 'secret-in-env', 'privileged-port'],
      ]),
    );
  });
});
