import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containerRule } from './object-rules.ts';
import type { Rule } from './rule.ts';

/** What a process may need beyond its own phases until it has exited, in seconds. */
const SPARE_SECONDS = 2;

/** The defaults of Kubernetes for a pod and a probe. Source: the API reference of core/v1. */
const DEFAULT_GRACE_SECONDS = 30;
const DEFAULT_PERIOD_SECONDS = 10;
const DEFAULT_FAILURES = 3;

const PROBES = 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/';
const TERMINATION = 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination';

/** The containers that serve; the pods of a Job run to completion, and have another restart policy. */
const serving = ({ containers, restartPolicy = 'Always' }: IPodSpec) =>
  restartPolicy === 'Always' ? [...containers] : [];

/** How pods start, are probed and stop, so a rollout loses no request. */
export const LIFECYCLE: readonly Rule[] = [
  containerRule(
    {
      id: 'startup-probe',
      message: 'has no startup probe',
      reason: 'The liveness probe restarts a container that starts slowly.',
      source: PROBES,
      remedy: 'Set startupProbe.',
    },
    (one) => !one.startupProbe,
    serving,
  ),
  containerRule(
    {
      id: 'liveness-probe',
      message: 'has no liveness probe',
      reason: 'A process that hangs is never restarted.',
      source: PROBES,
      remedy: 'Set livenessProbe.',
    },
    (one) => !one.livenessProbe,
    serving,
  ),
  containerRule(
    {
      id: 'readiness-probe',
      message: 'has no readiness probe',
      reason: 'It gets requests before it can answer them.',
      source: PROBES,
      remedy: 'Set readinessProbe.',
    },
    (one) => !one.readinessProbe,
    serving,
  ),
  containerRule(
    {
      id: 'shallow-liveness',
      message: 'has the same path for liveness and readiness',
      reason:
        'A container that is only not ready is restarted, and an outage of a database restarts every pod.',
      source: PROBES,
      remedy: 'Probe liveness and readiness at different paths.',
    },
    ({ livenessProbe, readinessProbe }) =>
      livenessProbe?.httpGet !== undefined && livenessProbe.httpGet.path === readinessProbe?.httpGet?.path,
    serving,
  ),
  containerRule(
    {
      id: 'pre-stop',
      message: 'has no preStop sleep',
      reason: 'Gateways still send requests for seconds after a pod began to terminate.',
      source: TERMINATION,
      remedy: 'Set lifecycle.preStop.sleep.seconds.',
    },
    (one) => preStopSeconds(one) <= 0,
    serving,
  ),
  containerRule(
    {
      id: 'grace-period',
      message: 'is killed before it has completed its shutdown',
      reason: 'Requests that are still open are lost.',
      source: TERMINATION,
      remedy:
        'Set terminationGracePeriodSeconds to the sum of preStop, DRAIN_DELAY_MS and CLOSE_TIMEOUT_MS, ' +
        `plus ${SPARE_SECONDS} s or more.`,
    },
    (one, pod) =>
      (pod.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS) < secondsToEnd(one) + SPARE_SECONDS,
    serving,
  ),
  containerRule(
    {
      id: 'readiness-in-time',
      message: 'stops before failed readiness probes take it out of service',
      reason: 'A load balancer that probes the pods itself still sends requests.',
      source: TERMINATION,
      remedy: 'Let periodSeconds × failureThreshold of the readiness probe not exceed the preStop sleep.',
    },
    (one) => preStopSeconds(one) > 0 && secondsToNotice(one) > preStopSeconds(one),
    serving,
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
