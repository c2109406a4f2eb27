import type { IAppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import type { IApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet';
import { kindRule } from './object-rules.ts';
import type { Rule } from './rule.ts';

/** The cluster that Argo CD runs in: one Argo CD manages one cluster. */
const OWN_CLUSTER = 'https://kubernetes.default.svc';

const PROJECTS = 'https://argo-cd.readthedocs.io/en/stable/user-guide/projects/';
const APPLICATION_SETS = 'https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/';

/** How Argo CD is confined and pinned. */
export const PLATFORM: readonly Rule[] = [
  kindRule<IAppProject>(
    {
      id: 'own-cluster',
      message: 'allows another cluster, or every namespace',
      reason: 'A release could change what is not its own.',
      source: PROJECTS,
      remedy: `Name ${OWN_CLUSTER} and a namespace, or a prefix of one, in each destination.`,
    },
    'AppProject',
    ({ spec }) =>
      (spec.destinations ?? []).some(
        ({ server, namespace = '*' }) => server !== OWN_CLUSTER || namespace === '*',
      ),
  ),
  kindRule<IAppProject>(
    {
      id: 'own-repository',
      message: 'allows a pattern of repositories',
      reason: 'Manifests of a repository that was never reviewed could be deployed.',
      source: PROJECTS,
      remedy: 'Name each repository in sourceRepos.',
    },
    'AppProject',
    ({ spec }) => (spec.sourceRepos ?? []).some((repository) => repository.includes('*')),
  ),
  kindRule<IAppProject>(
    {
      id: 'few-cluster-kinds',
      message: 'allows cluster-scoped kinds besides Namespace',
      reason: 'They have an effect on every namespace.',
      source: PROJECTS,
      remedy: 'Keep only Namespace in clusterResourceWhitelist.',
    },
    'AppProject',
    ({ spec }) => (spec.clusterResourceWhitelist ?? []).some(({ kind }) => kind !== 'Namespace'),
  ),
  kindRule<IAppProject>(
    {
      id: 'named-kinds',
      message: 'allows any kind, or Secrets, in its namespaces',
      reason: 'An app could deploy roles, or secrets from Git.',
      source: PROJECTS,
      remedy: 'Name each kind in namespaceResourceWhitelist, without Secret.',
    },
    'AppProject',
    ({ spec }) =>
      (spec.destinations ?? []).length > 0 &&
      (spec.namespaceResourceWhitelist ?? [{ group: '*', kind: '*' }]).some(
        ({ group, kind }) => group === '*' || kind === '*' || kind === 'Secret',
      ),
  ),
  kindRule<IAppProject>(
    {
      id: 'default-locked',
      message: 'is the default project and allows something',
      reason:
        'An Application that names no project gets the default one, which allows everything in a new Argo CD.',
      source: `${PROJECTS}#the-default-project`,
      remedy: 'Set sourceRepos, destinations and clusterResourceWhitelist to [].',
    },
    'AppProject',
    ({ metadata, spec }) =>
      metadata?.name === 'default' &&
      [spec.sourceRepos, spec.destinations, spec.clusterResourceWhitelist].some((list) => list?.length !== 0),
  ),
  kindRule<IApplicationSet>(
    {
      id: 'strict-template',
      message: 'renders an Application of a release that lacks a field',
      reason: 'Argo CD would deploy an incomplete Application instead of reporting an error.',
      source: `${APPLICATION_SETS}GoTemplate/`,
      remedy: 'Set goTemplate: true and goTemplateOptions: [missingkey=error].',
    },
    'ApplicationSet',
    ({ spec }) => !spec.goTemplate || !spec.goTemplateOptions?.includes('missingkey=error'),
  ),
  kindRule<IApplicationSet>(
    {
      id: 'pinned-source',
      message: 'reads charts or values at another revision than the commit of the release',
      reason: 'A commit on main would change the cluster without a release.',
      source: 'ARCHITECTURE.md',
      remedy: "Use one source with targetRevision: '{{ .release.config }}'.",
    },
    'ApplicationSet',
    ({ spec }) =>
      spec.template.spec.sources !== undefined ||
      spec.template.spec.source?.targetRevision !== '{{ .release.config }}',
  ),
  kindRule<IApplicationSet>(
    {
      id: 'literal-project',
      message: 'lets a release select its project, or uses the default one',
      reason: 'The project decides what an Application may do.',
      source: `${APPLICATION_SETS}Security/`,
      remedy: 'Set project to apps or platform.',
    },
    'ApplicationSet',
    ({ spec }) => !['apps', 'platform'].includes(spec.template.spec.project),
  ),
  kindRule<IApplicationSet>(
    {
      id: 'text-parameters',
      message: 'passes a parameter that Helm may read as a number',
      reason: 'A tag such as 1e3 would become 1000.',
      source: 'https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-parameters',
      remedy: 'Set forceString: true.',
    },
    'ApplicationSet',
    ({ spec }) => (spec.template.spec.source?.helm?.parameters ?? []).some(({ forceString }) => !forceString),
  ),
];
