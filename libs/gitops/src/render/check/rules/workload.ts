import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { Manifest } from '@slipway/gitops/render';
import { selects } from '../manifests/selects.ts';
import { kindRule, type Rule } from './rule.ts';

/** How many pods run, where they run, and how they are replaced. */
export const WORKLOAD: readonly Rule[] = [
  kindRule<IDeployment>(
    'selector',
    'Deployment',
    'does not select its own pods',
    ({ spec }) => !selects(spec?.selector, labelsOf(spec)),
  ),
  kindRule<IDeployment>(
    'rolling-update',
    'Deployment',
    'may take pods away before new ones answer',
    ({ spec }) =>
      spec?.strategy?.type !== 'RollingUpdate' || spec.strategy.rollingUpdate?.maxUnavailable !== 0,
  ),
  kindRule<IDeployment>('spread', 'Deployment', 'puts all pods on one node or into one zone', ({ spec }) => {
    const constraints = spec?.template.spec?.topologySpreadConstraints ?? [];
    const keys = constraints
      .filter(({ labelSelector }) => selects(labelSelector, labelsOf(spec)))
      .map(({ topologyKey }) => topologyKey);
    return !['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].every((key) => keys.includes(key));
  }),
  kindRule<IDeployment>(
    'replicas-or-autoscaler',
    'Deployment',
    'has its number of pods set by two, or by nobody',
    ({ metadata, spec }, all) =>
      (spec?.replicas === undefined) !== (autoscalerOf(metadata?.name, all) !== undefined),
  ),
  kindRule<IDeployment>(
    'disruption-budget',
    'Deployment',
    'loses all pods in one drain: add a PodDisruptionBudget',
    (deployment, all) => fewestPods(deployment, all) >= 2 && budgetsOf(deployment, all).length !== 1,
  ),
  kindRule<IPodDisruptionBudget>(
    'budget-lets-drain',
    'PodDisruptionBudget',
    'blocks a drain for ever: allow one pod less, and only where two run',
    (budget, all) =>
      budget.spec?.maxUnavailable !== 1 ||
      budget.spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow' ||
      deploymentsOf(budget, all).some((deployment) => fewestPods(deployment, all) < 2),
  ),
  kindRule<IPodDisruptionBudget>(
    'budget-has-pods',
    'PodDisruptionBudget',
    'selects no pods',
    (budget, all) => deploymentsOf(budget, all).length === 0,
  ),
  kindRule<IHorizontalPodAutoscaler>(
    'autoscaler',
    'HorizontalPodAutoscaler',
    'scales below two pods, not at all, or nothing that is there',
    ({ spec }, all) =>
      (spec?.minReplicas ?? 1) < 2 ||
      (spec?.maxReplicas ?? 0) < (spec?.minReplicas ?? 1) ||
      !all.some(
        ({ kind, metadata }) =>
          kind === spec?.scaleTargetRef.kind && metadata.name === spec.scaleTargetRef.name,
      ),
  ),
];

const labelsOf = (spec: IDeployment['spec']) => spec?.template.metadata?.labels ?? {};

function ofKind<T>(kind: string, all: readonly Manifest[]): T[] {
  return all.filter((manifest) => manifest.kind === kind) as unknown as T[];
}

function autoscalerOf(name: string | undefined, all: readonly Manifest[]) {
  return ofKind<IHorizontalPodAutoscaler>('HorizontalPodAutoscaler', all).find(
    ({ spec }) => spec?.scaleTargetRef.name === name,
  );
}

function fewestPods({ metadata, spec }: IDeployment, all: readonly Manifest[]): number {
  return autoscalerOf(metadata?.name, all)?.spec?.minReplicas ?? spec?.replicas ?? 1;
}

function budgetsOf({ spec }: IDeployment, all: readonly Manifest[]): IPodDisruptionBudget[] {
  return ofKind<IPodDisruptionBudget>('PodDisruptionBudget', all).filter((budget) =>
    selects(budget.spec?.selector, labelsOf(spec)),
  );
}

function deploymentsOf(budget: IPodDisruptionBudget, all: readonly Manifest[]): IDeployment[] {
  return ofKind<IDeployment>('Deployment', all).filter(({ spec }) =>
    selects(budget.spec?.selector, labelsOf(spec)),
  );
}
