import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import type { ISecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore';
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { type Manifest, placeOf } from '@slipway/gitops/render';
import { podsOf } from '../manifests/pods.ts';
import { kindRule, podRule, type Problem, type Rule } from './rule.ts';

/** Kinds that reach past their namespace, or hold a secret in the clear. */
const FORBIDDEN_KINDS = new Set([
  'Secret',
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'ClusterExternalSecret',
  'PushSecret',
  'AppProject',
  'Application',
  'ApplicationSet',
]);

/** Who may do what in the cluster, and how secrets arrive. */
export const ACCESS: readonly Rule[] = [
  { id: 'forbidden-kinds', find: forbiddenKinds },
  podRule(
    'own-account',
    'runs as an account that it shares',
    ({ serviceAccountName = 'default' }) => serviceAccountName === 'default',
  ),
  { id: 'dangling-account', find: danglingAccounts },
  kindRule<IServiceAccount>(
    'account-token',
    'ServiceAccount',
    'mounts its token into pods: set automountServiceAccountToken: false',
    ({ automountServiceAccountToken }) => automountServiceAccountToken !== false,
  ),
  kindRule<IRole>('narrow-role', 'Role', 'may more than ask for one account’s token', ({ rules = [] }) =>
    (rules ?? []).some(
      ({ resources = [], verbs, resourceNames = [] }) =>
        resources.join() !== 'serviceaccounts/token' ||
        verbs.join() !== 'create' ||
        resourceNames.length !== 1,
    ),
  ),
  kindRule<IExternalSecret>(
    'secret-stays',
    'ExternalSecret',
    'takes the Secret away when Vault does not answer: set deletionPolicy: Retain',
    ({ spec }) => spec?.target?.deletionPolicy !== 'Retain',
  ),
  kindRule<IExternalSecret>(
    'no-secret-template',
    'ExternalSecret',
    'runs a template inside the operator',
    ({ spec }) => spec?.target?.template !== undefined,
  ),
  kindRule<IExternalSecret>(
    'own-secret',
    'ExternalSecret',
    'reads what is not under the name of its app',
    ({ metadata, spec }) => {
      const app = metadata?.labels?.['app.kubernetes.io/name'] ?? '';
      const keys = (spec?.dataFrom ?? []).map(({ extract }) => extract?.key ?? '');
      return Boolean(spec?.data?.length) || !keys.every((key) => key.split('/').at(-2) === app);
    },
  ),
  kindRule<IExternalSecret>(
    'store-first',
    'ExternalSecret',
    'has no SecretStore in an earlier sync wave',
    ({ metadata, spec }, all) =>
      !all.some(
        (store) =>
          store.kind === 'SecretStore' &&
          store.metadata.name === spec?.secretStoreRef?.name &&
          waveOf(store.metadata) < waveOf(metadata) &&
          waveOf(metadata) < 0,
      ),
  ),
  kindRule<ISecretStore>(
    'own-reader',
    'SecretStore',
    'logs in as an account that pods run as, or with a token that is good elsewhere',
    ({ spec }, all) => {
      const account = spec?.provider.vault?.auth?.kubernetes?.serviceAccountRef;
      const audiences = account?.audiences ?? [];
      const isPods = podsOf(all).some(({ spec: pod }) => pod.serviceAccountName === account?.name);
      return !account || isPods || audiences.join() !== 'vault';
    },
  ),
];

function forbiddenKinds(manifests: readonly Manifest[]): Problem[] {
  return manifests
    .filter(({ kind }) => FORBIDDEN_KINDS.has(kind))
    .map((manifest) => ({
      rule: 'forbidden-kinds',
      place: placeOf(manifest),
      message: 'is of a kind that no app may bring',
    }));
}

function danglingAccounts(manifests: readonly Manifest[]): Problem[] {
  const accounts = new Set(
    manifests.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name),
  );
  return podsOf(manifests)
    .filter(({ spec }) => !accounts.has(spec.serviceAccountName ?? 'default'))
    .map(({ place }) => ({ rule: 'dangling-account', place, message: 'names an account that is not there' }));
}

/** When Argo CD applies an object: lower is earlier, 0 where nothing is said. */
function waveOf(metadata: { readonly annotations?: Readonly<Record<string, string>> } | undefined): number {
  return Number(metadata?.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
}
