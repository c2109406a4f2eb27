import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { Manifest } from '../../helm/manifest.ts';
import { selects } from '../manifests/selects.ts';
import { kindRule } from './object-rules.ts';
import type { Rule } from './rule.ts';

const DEPLOYMENT = 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/';
const BUDGET = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const AUTOSCALER = 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/';

/** How many pods run, where they run, and how they are replaced. */
export const WORKLOAD: readonly Rule[] = [
  kindRule(
    {
      id: 'bare-pod',
      message: 'is a pod without a controller',
      reason: 'Nothing replaces it when its node fails or is drained.',
      source: 'https://kubernetes.io/docs/concepts/workloads/pods/#working-with-pods',
      remedy: 'Use a Deployment or a Job.',
    },
    'Pod',
    () => true,
  ),
  kindRule<IDeployment>(
    {
      id: 'selector',
      message: 'does not select its own pods',
      reason: 'The API server refuses it.',
      source: `${DEPLOYMENT}#selector`,
      remedy: 'Give the pod template the labels of the selector.',
    },
    'Deployment',
    ({ spec }) => !selects(spec?.selector, labelsOf(spec)),
  ),
  kindRule<IDeployment>(
    {
      id: 'rolling-update',
      message: 'may remove pods before their successors are ready',
      reason: 'A rollout reduces the capacity, or interrupts the service.',
      source: `${DEPLOYMENT}#strategy`,
      remedy: 'Use the strategy RollingUpdate with maxUnavailable: 0.',
    },
    'Deployment',
    ({ spec }) =>
      spec?.strategy?.type !== 'RollingUpdate' || spec.strategy.rollingUpdate?.maxUnavailable !== 0,
  ),
  kindRule<IDeployment>(
    {
      id: 'topology-spread',
      message: 'may run all its pods on one node or in one zone',
      reason: 'The failure of that node or zone interrupts the service.',
      source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/',
      remedy: 'Add topologySpreadConstraints over kubernetes.io/hostname and topology.kubernetes.io/zone.',
    },
    'Deployment',
    ({ spec }) => {
      const constraints = spec?.template.spec?.topologySpreadConstraints ?? [];
      const keys = constraints
        .filter(({ labelSelector }) => selects(labelSelector, labelsOf(spec)))
        .map(({ topologyKey }) => topologyKey);
      return !['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].every((key) => keys.includes(key));
    },
  ),
  kindRule<IDeployment>(
    {
      id: 'replicas-or-autoscaler',
      message: 'has both replicas and an autoscaler, or neither',
      reason: 'With both, each sync undoes what the autoscaler did. With neither, one pod runs.',
      source: `${AUTOSCALER}#migrating-deployments-and-statefulsets-to-horizontal-autoscaling`,
      remedy: 'Keep one of the two.',
    },
    'Deployment',
    ({ metadata, spec }, all) =>
      (spec?.replicas === undefined) !== (autoscalerOf(metadata?.name, all) !== undefined),
  ),
  kindRule<IDeployment>(
    {
      id: 'disruption-budget',
      message: 'does not have exactly one PodDisruptionBudget',
      reason:
        'Without one a drain can remove all pods at once; with two the eviction API refuses to remove any.',
      source: BUDGET,
      remedy: 'Add one PodDisruptionBudget that selects the pods.',
    },
    'Deployment',
    (deployment, all) => fewestPods(deployment, all) >= 2 && budgetsOf(deployment, all).length !== 1,
  ),
  kindRule<IPodDisruptionBudget>(
    {
      id: 'budget-lets-drain',
      message: 'blocks a drain',
      reason: 'An upgrade of the nodes waits for it until it is deleted by hand.',
      source: BUDGET,
      remedy:
        'Set maxUnavailable: 1 and unhealthyPodEvictionPolicy: AlwaysAllow, and run two pods; for a single pod remove it.',
    },
    'PodDisruptionBudget',
    (budget, all) =>
      budget.spec?.maxUnavailable !== 1 ||
      budget.spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow' ||
      deploymentsOf(budget, all).some((deployment) => fewestPods(deployment, all) < 2),
  ),
  kindRule<IPodDisruptionBudget>(
    {
      id: 'budget-has-pods',
      message: 'selects no pods',
      reason: 'It protects nothing.',
      source: BUDGET,
      remedy: 'Use the labels of the pods in its selector, or remove it.',
    },
    'PodDisruptionBudget',
    (budget, all) => deploymentsOf(budget, all).length === 0,
  ),
  kindRule<IHorizontalPodAutoscaler>(
    {
      id: 'autoscaler',
      message: 'scales below two pods, has no range, or scales an object that is not rendered',
      reason: 'With one pod each failure interrupts the service.',
      source: AUTOSCALER,
      remedy: 'Set minReplicas to 2 or more, maxReplicas not below it, and the name of a rendered workload.',
    },
    'HorizontalPodAutoscaler',
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
