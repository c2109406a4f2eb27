import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containerRule, podRule } from './object-rules.ts';
import { setting } from './pod-security.ts';
import type { Rule } from './rule.ts';

/** Smaller ids belong to the system and to people on some nodes. */
const FIRST_UNUSED_ID = 10_000;

/** The containers that can have resources: all but ephemeral ones. */
const planned = (pod: IPodSpec) => [...(pod.initContainers ?? []), ...pod.containers];

/** What this platform demands of a pod beyond "restricted". */
export const HARDENING: readonly Rule[] = [
  containerRule(
    {
      id: 'high-ids',
      message: `has a user or group id below ${FIRST_UNUSED_ID}`,
      reason: 'Users and files of the node may have the same id.',
      source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Non-root containers"',
      remedy: `Set runAsUser and runAsGroup to ${FIRST_UNUSED_ID} or more.`,
    },
    (container, pod) =>
      (['runAsUser', 'runAsGroup'] as const).some(
        (key) => (setting(container, pod, key) ?? 0) < FIRST_UNUSED_ID,
      ),
  ),
  containerRule(
    {
      id: 'read-only-root',
      message: 'can write into its root file system',
      reason:
        'An attacker can leave programs there, and files that are lost with the container go unnoticed.',
      source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Immutable container file systems"',
      remedy: 'Set readOnlyRootFilesystem: true, and mount an emptyDir where the app writes.',
    },
    ({ securityContext }) => securityContext?.readOnlyRootFilesystem !== true,
  ),
  containerRule(
    {
      id: 'pull-policy',
      message: 'does not set imagePullPolicy',
      reason: 'The default depends on the tag: it is Always for latest, else IfNotPresent.',
      source: 'https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting',
      remedy: 'Set imagePullPolicy: IfNotPresent.',
    },
    ({ imagePullPolicy }) => imagePullPolicy === undefined,
  ),
  containerRule(
    {
      id: 'secret-in-env',
      message: 'gets a secret as an environment variable',
      reason:
        'Child processes, crash reports and debug pages show variables, and they change only with a restart.',
      source: 'https://kubernetes.io/docs/concepts/security/secrets-good-practices/',
      remedy: 'Mount the Secret as files.',
    },
    ({ env, envFrom }) =>
      Boolean(
        env?.some(({ valueFrom }) => valueFrom?.secretKeyRef) || envFrom?.some(({ secretRef }) => secretRef),
      ),
  ),
  containerRule(
    {
      id: 'resources',
      message: 'has no requests of CPU and memory, or no memory limit',
      reason: 'The scheduler overcommits the node, and one pod can use up its memory.',
      source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
      remedy: 'Set requests.cpu, requests.memory and limits.memory.',
    },
    ({ resources }) => !(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory),
    planned,
  ),
  containerRule(
    {
      id: 'privileged-port',
      message: 'listens on a port below 1024',
      reason: 'On some nodes only root may open such a port.',
      source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
      remedy: 'Listen on 1024 or above; the Service may keep the port.',
    },
    ({ ports = [] }) => ports.some(({ containerPort }) => containerPort < 1024),
  ),
  podRule(
    {
      id: 'pod-token',
      message: 'has a credential of the cluster',
      reason: 'Code that reads files in the pod can call the API server.',
      source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
      remedy: 'Set automountServiceAccountToken: false, and project no token.',
    },
    (pod) => pod.automountServiceAccountToken !== false || projectsToken(pod),
  ),
  podRule(
    {
      id: 'service-links',
      message: 'gets a variable for every Service in its namespace',
      reason: 'They may overwrite settings of the app, and many of them prevent a start.',
      source: 'https://kubernetes.io/docs/tutorials/services/connect-applications-service/',
      remedy: 'Set enableServiceLinks: false.',
    },
    (pod) => pod.enableServiceLinks !== false,
  ),
  podRule(
    {
      id: 'empty-dir-size',
      message: 'has an emptyDir without a size limit',
      reason: 'The pod can fill the disk of its node, and all pods there are evicted.',
      source: 'https://kubernetes.io/docs/concepts/storage/volumes/#emptydir',
      remedy: 'Set sizeLimit.',
    },
    ({ volumes = [] }) => volumes.some(({ emptyDir }) => emptyDir && emptyDir.sizeLimit === undefined),
  ),
];

function projectsToken({ volumes = [] }: IPodSpec): boolean {
  return volumes.some(({ projected }) =>
    projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
  );
}
