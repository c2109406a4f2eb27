import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containerRule, podRule, type Rule } from './rule.ts';

/** What a volume of a restricted pod may be. */
const VOLUME_TYPES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** Kernel settings that change one pod only. */
const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

const SELINUX_TYPES = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

/**
 * The Pod Security Standard "restricted", which includes "baseline".
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const POD_SECURITY: readonly Rule[] = [
  podRule('host-namespaces', 'shares a namespace with its node', (pod) =>
    Boolean(pod.hostNetwork || pod.hostPID || pod.hostIPC),
  ),
  podRule('volume-types', 'has a volume of a type that reaches the node', ({ volumes = [] }) =>
    volumes.flatMap(Object.keys).some((key) => key !== 'name' && !VOLUME_TYPES.has(key)),
  ),
  podRule('sysctls', 'changes a kernel setting of the whole node', ({ securityContext }) =>
    (securityContext?.sysctls ?? []).some(({ name }) => !SAFE_SYSCTLS.has(name)),
  ),
  containerRule('host-process', 'is a process of the node', (container, pod) =>
    Boolean(setting(container, pod, 'windowsOptions')?.hostProcess),
  ),
  containerRule('host-ports', 'takes a port of the node', ({ ports = [] }) =>
    ports.some(({ hostPort }) => (hostPort ?? 0) !== 0),
  ),
  containerRule('probe-host', 'lets the node ask another host than the pod', (container) =>
    hostsOfHandlers(container).some((host) => (host ?? '') !== ''),
  ),
  containerRule('privileged', 'is privileged', ({ securityContext }) => securityContext?.privileged === true),
  containerRule(
    'privilege-escalation',
    'may gain privileges: set allowPrivilegeEscalation: false',
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  ),
  containerRule(
    'run-as-non-root',
    'may run as root: set runAsNonRoot: true',
    (container, pod) => setting(container, pod, 'runAsNonRoot') !== true,
  ),
  containerRule(
    'run-as-user',
    'runs as root',
    (container, pod) => setting(container, pod, 'runAsUser') === 0,
  ),
  containerRule(
    'seccomp',
    'may use every system call: set seccompProfile RuntimeDefault',
    (container, pod) => {
      const type = setting(container, pod, 'seccompProfile')?.type;
      return type !== 'RuntimeDefault' && type !== 'Localhost';
    },
  ),
  containerRule('capabilities', 'keeps capabilities: drop ALL', ({ securityContext }) => {
    const { drop = [], add = [] } = securityContext?.capabilities ?? {};
    return !drop.includes('ALL') || add.some((capability) => capability !== 'NET_BIND_SERVICE');
  }),
  containerRule(
    'proc-mount',
    'sees all of /proc',
    ({ securityContext }) => ![undefined, 'Default'].includes(securityContext?.procMount),
  ),
  containerRule('selinux', 'leaves the SELinux types of containers', (container, pod) => {
    const { type = '', user = '', role = '' } = setting(container, pod, 'seLinuxOptions') ?? {};
    return !SELINUX_TYPES.has(type) || user !== '' || role !== '';
  }),
  containerRule(
    'apparmor',
    'is without AppArmor',
    (container, pod) => setting(container, pod, 'appArmorProfile')?.type === 'Unconfined',
  ),
];

type Shared =
  | 'runAsNonRoot'
  | 'runAsUser'
  | 'runAsGroup'
  | 'seccompProfile'
  | 'seLinuxOptions'
  | 'appArmorProfile'
  | 'windowsOptions';

/** A setting that counts for a container: its own, else the pod's. */
export function setting<K extends Shared>(
  container: IContainer,
  pod: IPodSpec,
  key: K,
): ISecurityContext[K] | undefined {
  // The pod's settings of these names have the types of the container's.
  const ofPod = pod.securityContext as ISecurityContext | undefined;
  return container.securityContext?.[key] ?? ofPod?.[key];
}

function hostsOfHandlers({ livenessProbe, readinessProbe, startupProbe, lifecycle }: IContainer) {
  return [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap(
    (handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host],
  );
}
