import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { setting } from './pod-security.ts';
import { containerRule, podRule, type Rule } from './rule.ts';

/** Below this, ids belong to the system and to people on some nodes. */
const FIRST_UNUSED_ID = 10_000;

const PINNED_IMAGE = /^[^\s@]+:[^\s@:/]+@sha256:[0-9a-f]{64}$/;

/** An added container cannot have resources. */
const planned = (pod: IPodSpec) => [...(pod.initContainers ?? []), ...pod.containers];

/** What this platform asks of a pod beyond "restricted". */
export const HARDENING: readonly Rule[] = [
  containerRule('high-ids', 'shares its user or group id with something on the node', (container, pod) =>
    (['runAsUser', 'runAsGroup'] as const).some(
      (key) => (setting(container, pod, key) ?? 0) < FIRST_UNUSED_ID,
    ),
  ),
  containerRule(
    'read-only-root',
    'can write into its image: set readOnlyRootFilesystem: true',
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true,
  ),
  containerRule(
    'image-digest',
    'runs an image that is not pinned by digest',
    ({ image = '' }) => !PINNED_IMAGE.test(image),
  ),
  containerRule(
    'pull-policy',
    'does not say when its image is pulled',
    ({ imagePullPolicy }) => imagePullPolicy === undefined,
  ),
  containerRule('secret-in-env', 'gets a secret as an environment variable: use files', ({ env, envFrom }) =>
    Boolean(
      env?.some(({ valueFrom }) => valueFrom?.secretKeyRef) || envFrom?.some(({ secretRef }) => secretRef),
    ),
  ),
  containerRule(
    'resources',
    'does not say what it needs: set requests and a memory limit',
    ({ resources }) => !(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory),
    planned,
  ),
  containerRule('privileged-port', 'listens on a port below 1024', ({ ports = [] }) =>
    ports.some(({ containerPort }) => containerPort < 1024),
  ),
  podRule(
    'token',
    'holds a credential of the cluster: set automountServiceAccountToken: false',
    (pod) => pod.automountServiceAccountToken !== false || projectsToken(pod),
  ),
  podRule('service-links', 'is told of every other service', (pod) => pod.enableServiceLinks !== false),
  podRule('empty-dir-size', 'can fill its node: set a sizeLimit', ({ volumes = [] }) =>
    volumes.some(({ emptyDir }) => emptyDir && emptyDir.sizeLimit === undefined),
  ),
];

function projectsToken({ volumes = [] }: IPodSpec): boolean {
  return volumes.some(({ projected }) =>
    projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
}
