import type { IExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import type { ISecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore';
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { placeOf } from '../../helm/manifest.ts';
import { podsOf } from '../manifests/pods.ts';
import { kindRule, podRule } from './object-rules.ts';
import type { Finding, Rule, Subject } from './rule.ts';

/** Kinds with an effect outside their namespace, or with a secret in plain text. */
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

const RBAC = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';
const ACCOUNTS = 'https://kubernetes.io/docs/concepts/security/service-accounts/';
const OPERATOR = 'https://external-secrets.io/latest/guides/security-best-practices/';

/** Who may do what in the cluster, and how secrets arrive. */
export const ACCESS: readonly Rule[] = [
  {
    id: 'forbidden-kinds',
    message: 'is of a kind that an app may not deploy',
    reason: 'It has an effect outside the namespace of the app, or puts a secret into Git.',
    source: 'SECURITY.md',
    remedy: 'Remove it. Secrets come from Vault by an ExternalSecret; the rest belongs to the platform.',
    find: ({ manifests }) =>
      manifests
        .filter(({ kind }) => FORBIDDEN_KINDS.has(kind))
        .map((manifest) => ({ place: placeOf(manifest) })),
  },
  podRule(
    {
      id: 'own-account',
      message: 'runs as the account default, which it shares',
      reason: 'A permission for one app in the namespace is a permission for all of them.',
      source: ACCOUNTS,
      remedy: 'Set serviceAccountName to an account of the app.',
    },
    ({ serviceAccountName = 'default' }) => serviceAccountName === 'default',
  ),
  {
    id: 'dangling-account',
    message: 'runs as a ServiceAccount that is not rendered',
    reason: 'The pods cannot be created until the account exists.',
    source: ACCOUNTS,
    remedy: 'Render the ServiceAccount, or correct serviceAccountName.',
    find: danglingAccounts,
  },
  kindRule<IServiceAccount>(
    {
      id: 'account-token',
      message: 'mounts its token into pods',
      reason: 'Code that reads files in the pod can call the API server.',
      source: RBAC,
      remedy: 'Set automountServiceAccountToken: false.',
    },
    'ServiceAccount',
    ({ automountServiceAccountToken }) => automountServiceAccountToken !== false,
  ),
  kindRule<IRole>(
    {
      id: 'narrow-role',
      message: 'allows more than to request a token of one account',
      reason: 'An app needs no permission in the cluster; External Secrets needs this one.',
      source: RBAC,
      remedy: 'Keep the verb create on serviceaccounts/token with one resourceName.',
    },
    'Role',
    ({ rules = [] }) =>
      (rules ?? []).some(
        ({ resources = [], verbs, resourceNames = [] }) =>
          resources.join() !== 'serviceaccounts/token' ||
          verbs.join() !== 'create' ||
          resourceNames.length !== 1,
      ),
  ),
  kindRule<IExternalSecret>(
    {
      id: 'retain-secret',
      message: 'deletes the Secret if it is missing in Vault',
      reason: 'A mistake in Vault would stop pods that run.',
      source: 'https://external-secrets.io/latest/guides/ownership-deletion-policy/',
      remedy: 'Set deletionPolicy: Retain.',
    },
    'ExternalSecret',
    ({ spec }) => spec?.target?.deletionPolicy !== 'Retain',
  ),
  kindRule<IExternalSecret>(
    {
      id: 'no-secret-template',
      message: 'runs a template in the operator',
      reason: 'The template of an app runs with the privileges of External Secrets.',
      source: OPERATOR,
      remedy: 'Remove target.template, and format the secret in the app.',
    },
    'ExternalSecret',
    ({ spec }) => spec?.target?.template !== undefined,
  ),
  kindRule<IExternalSecret>(
    {
      id: 'own-secret',
      message: 'reads a secret that is not below the name of its app',
      reason: 'An app must not read the secrets of another app.',
      source: OPERATOR,
      remedy: 'Use dataFrom.extract with a key <prefix>/<app>/<name>, and no data.',
    },
    'ExternalSecret',
    ({ metadata, spec }) => {
      const app = metadata?.labels?.['app.kubernetes.io/name'] ?? '';
      const keys = (spec?.dataFrom ?? []).map(({ extract }) => extract?.key ?? '');
      return Boolean(spec?.data?.length) || !keys.every((key) => key.split('/').at(-2) === app);
    },
  ),
  kindRule<IExternalSecret>(
    {
      id: 'store-first',
      message: 'has no SecretStore in an earlier sync wave, or is not before the pods',
      reason: 'The first sync fails, because the store or the Secret does not exist yet.',
      source: 'https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/',
      remedy: 'Give the ExternalSecret a negative sync wave and its SecretStore a lower one.',
    },
    'ExternalSecret',
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
    {
      id: 'vault-login',
      message: 'logs in to Vault as an account of pods, or with a token that others accept',
      reason: 'Pods could then read Vault themselves, or the token could be used elsewhere.',
      source: 'https://external-secrets.io/latest/provider/hashicorp-vault/#kubernetes-authentication',
      remedy: 'Use an account that no pod runs as, with audiences: [vault].',
    },
    'SecretStore',
    ({ spec }, all) => {
      const account = spec?.provider.vault?.auth?.kubernetes?.serviceAccountRef;
      const audiences = account?.audiences ?? [];
      const isPods = podsOf(all).some(({ spec: pod }) => pod.serviceAccountName === account?.name);
      return !account || isPods || audiences.join() !== 'vault';
    },
  ),
];

function danglingAccounts({ manifests }: Subject): Finding[] {
  const accounts = new Set(
    manifests.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name),
  );
  return podsOf(manifests)
    .filter(({ spec: { serviceAccountName: name = 'default' } }) => name !== 'default' && !accounts.has(name))
    .map(({ place }) => ({ place }));
}

/** The sync wave of an object; a lower one is applied earlier. @default 0 */
function waveOf(metadata: { readonly annotations?: Readonly<Record<string, string>> } | undefined): number {
  return Number(metadata?.annotations?.['argocd.argoproj.io/sync-wave'] ?? 0);
}
