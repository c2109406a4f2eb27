import type { IAppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import type { IApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet';
import { kindRule, type Rule } from './rule.ts';

/** The cluster that Argo CD runs in: one Argo CD looks after one cluster. */
const OWN_CLUSTER = 'https://kubernetes.default.svc';

/** What the wiring of Argo CD promises. */
export const PLATFORM: readonly Rule[] = [
  kindRule<IAppProject>(
    'own-cluster',
    'AppProject',
    'reaches another cluster, or every namespace',
    ({ spec }) =>
      (spec.destinations ?? []).some(
        ({ server, namespace = '*' }) => server !== OWN_CLUSTER || namespace === '*',
      ),
  ),
  kindRule<IAppProject>('own-repository', 'AppProject', 'takes from any repository', ({ spec }) =>
    (spec.sourceRepos ?? []).some((repository) => repository.includes('*')),
  ),
  kindRule<IAppProject>(
    'few-cluster-kinds',
    'AppProject',
    'may bring more kinds without a namespace than Namespace',
    ({ spec }) => (spec.clusterResourceWhitelist ?? []).some(({ kind }) => kind !== 'Namespace'),
  ),
  kindRule<IAppProject>(
    'named-kinds',
    'AppProject',
    'may bring any kind into its namespaces',
    ({ spec }) =>
      (spec.destinations ?? []).length > 0 &&
      (spec.namespaceResourceWhitelist ?? [{ group: '*', kind: '*' }]).some(
        ({ group, kind }) => group === '*' || kind === '*' || kind === 'Secret',
      ),
  ),
  kindRule<IAppProject>(
    'default-locked',
    'AppProject',
    'is the default project and may do something',
    ({ metadata, spec }) =>
      metadata?.name === 'default' &&
      [spec.sourceRepos, spec.destinations, spec.clusterResourceWhitelist].some((list) => list?.length !== 0),
  ),
  kindRule<IApplicationSet>(
    'strict-template',
    'ApplicationSet',
    'makes half an Application of a release that lacks something: set missingkey=error',
    ({ spec }) => !spec.goTemplate || !spec.goTemplateOptions?.includes('missingkey=error'),
  ),
  kindRule<IApplicationSet>(
    'pinned-source',
    'ApplicationSet',
    'reads charts or values elsewhere than at the commit of the release',
    ({ spec }) =>
      spec.template.spec.sources !== undefined ||
      spec.template.spec.source?.targetRevision !== '{{ .release.config }}',
  ),
  kindRule<IApplicationSet>(
    'literal-project',
    'ApplicationSet',
    'lets a release choose its project, or uses the default one',
    ({ spec }) => !['apps', 'platform'].includes(spec.template.spec.project),
  ),
  kindRule<IApplicationSet>(
    'text-parameters',
    'ApplicationSet',
    'passes a parameter that Helm may take for a number',
    ({ spec }) => (spec.template.spec.source?.helm?.parameters ?? []).some(({ forceString }) => !forceString),
  ),
];
