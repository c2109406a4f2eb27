import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containerRule, type Rule } from './rule.ts';

/** What a process may need beyond its own times until it is gone, in seconds. */
const SPARE_SECONDS = 2;

/** Kubernetes' own, where a pod or a probe says nothing. Source: the API reference of core/v1. */
const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURES = 3;

const lasting = (pod: IPodSpec) => [...pod.containers];

/** How pods start, are watched and end, so that a rollout loses no request. */
export const LIFECYCLE: readonly Rule[] = [
  containerRule('startup-probe', 'has no startup probe', (one) => !one.startupProbe, lasting),
  containerRule('liveness-probe', 'has no liveness probe', (one) => !one.livenessProbe, lasting),
  containerRule('readiness-probe', 'has no readiness probe', (one) => !one.readinessProbe, lasting),
  containerRule(
    'shallow-liveness',
    'is restarted where it is only not ready: ask liveness and readiness at different paths',
    ({ livenessProbe, readinessProbe }) =>
      livenessProbe?.httpGet !== undefined && livenessProbe.httpGet.path === readinessProbe?.httpGet?.path,
    lasting,
  ),
  containerRule(
    'pre-stop',
    'ends before gateways know that it leaves',
    (one) => preStopSeconds(one) <= 0,
    lasting,
  ),
  containerRule(
    'grace',
    `is killed before it has ended by itself: grace must exceed preStop, drain and close by ${SPARE_SECONDS} s`,
    (one, pod) =>
      (pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) < secondsToEnd(one) + SPARE_SECONDS,
    lasting,
  ),
  containerRule(
    'readiness-in-time',
    'ends before failed readiness probes are noticed: period x failures must not exceed preStop',
    (one) => secondsToNotice(one) > preStopSeconds(one),
    lasting,
  ),
];

const preStopSeconds = ({ lifecycle }: IContainer): number => lifecycle?.preStop?.sleep?.seconds ?? 0;

function secondsToEnd(container: IContainer): number {
  const milliseconds = (name: string) => Number(container.env?.find((one) => one.name === name)?.value ?? 0);
  return (
    preStopSeconds(container) + (milliseconds('DRAIN_DELAY_MS') + milliseconds('CLOSE_TIMEOUT_MS')) / 1000
  );
}

function secondsToNotice({ readinessProbe }: IContainer): number {
  const { periodSeconds = DEFAULT_PERIOD_SECONDS, failureThreshold = DEFAULT_FAILURES } =
    readinessProbe ?? {};
  return periodSeconds * failureThreshold;
}
