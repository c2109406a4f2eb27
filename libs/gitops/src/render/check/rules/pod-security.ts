import type { ISecurityContext } from 'kubernetes-models/v1/SecurityContext';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { containerRule, podRule } from './object-rules.ts';
import type { Rule } from './rule.ts';

/** The volume types of a restricted pod. */
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

const source =
  'Pod Security Standard "restricted": https://kubernetes.io/docs/concepts/security/pod-security-standards/';

/** The Pod Security Standard "restricted", which includes "baseline". */
export const POD_SECURITY: readonly Rule[] = [
  podRule(
    {
      id: 'host-namespaces',
      message: 'shares a namespace with its node',
      reason: 'It sees the network, the processes or the memory of everything on the node.',
      source,
      remedy: 'Remove hostNetwork, hostPID and hostIPC.',
    },
    (pod) => Boolean(pod.hostNetwork || pod.hostPID || pod.hostIPC),
  ),
  podRule(
    {
      id: 'volume-types',
      message: 'has a volume of a type that reaches the node or a file server',
      reason: 'With files of the node a process can leave its container.',
      source,
      remedy: `Use one of ${[...VOLUME_TYPES].join(', ')}.`,
    },
    ({ volumes = [] }) =>
      volumes.flatMap(Object.keys).some((key) => key !== 'name' && !VOLUME_TYPES.has(key)),
  ),
  podRule(
    {
      id: 'sysctls',
      message: 'changes a kernel setting of the whole node',
      reason: 'Other pods on the node get the setting too.',
      source,
      remedy: 'Remove the sysctl, or set it on the node pool.',
    },
    ({ securityContext }) => (securityContext?.sysctls ?? []).some(({ name }) => !SAFE_SYSCTLS.has(name)),
  ),
  containerRule(
    {
      id: 'host-process',
      message: 'is a process of a Windows node',
      reason: 'It runs with the privileges of the node.',
      source,
      remedy: 'Remove windowsOptions.hostProcess.',
    },
    (container, pod) => Boolean(setting(container, pod, 'windowsOptions')?.hostProcess),
  ),
  containerRule(
    {
      id: 'host-ports',
      message: 'uses a port of the node',
      reason: 'The port is reachable past the gateway, and only one such pod fits on a node.',
      source,
      remedy: 'Remove hostPort; a Service finds the pods.',
    },
    ({ ports = [] }) => ports.some(({ hostPort }) => (hostPort ?? 0) !== 0),
  ),
  containerRule(
    {
      id: 'probe-host',
      message: 'has a probe or hook that connects to another host than the pod',
      reason: 'The kubelet opens the connection, from the network of the node.',
      source,
      remedy: 'Remove host from the handler.',
    },
    (container) => hostsOfHandlers(container).some((host) => (host ?? '') !== ''),
  ),
  containerRule(
    {
      id: 'privileged',
      message: 'is privileged',
      reason: 'It has all devices and capabilities of the node.',
      source,
      remedy: 'Remove securityContext.privileged.',
    },
    ({ securityContext }) => securityContext?.privileged === true,
  ),
  containerRule(
    {
      id: 'privilege-escalation',
      message: 'may gain privileges',
      reason: 'A set-user-ID program in the image can make a process root.',
      source,
      remedy: 'Set allowPrivilegeEscalation: false.',
    },
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
  ),
  containerRule(
    {
      id: 'run-as-non-root',
      message: 'may run as root',
      reason: 'Root in a container is root on the node if the process leaves the container.',
      source,
      remedy: 'Set runAsNonRoot: true.',
    },
    (container, pod) => setting(container, pod, 'runAsNonRoot') !== true,
  ),
  containerRule(
    {
      id: 'run-as-user',
      message: 'runs as root',
      reason: 'Root in a container is root on the node if the process leaves the container.',
      source,
      remedy: 'Set runAsUser to another id than 0.',
    },
    (container, pod) => setting(container, pod, 'runAsUser') === 0,
  ),
  containerRule(
    {
      id: 'seccomp',
      message: 'may use every system call',
      reason: 'Rarely used system calls are where most faults of the kernel are.',
      source,
      remedy: 'Set seccompProfile.type: RuntimeDefault.',
    },
    (container, pod) => {
      const type = setting(container, pod, 'seccompProfile')?.type;
      return type !== 'RuntimeDefault' && type !== 'Localhost';
    },
  ),
  containerRule(
    {
      id: 'capabilities',
      message: 'keeps Linux capabilities',
      reason: 'Each capability is a part of what root may do.',
      source,
      remedy: 'Set capabilities.drop: [ALL] and add at most NET_BIND_SERVICE.',
    },
    ({ securityContext }) => {
      const { drop = [], add = [] } = securityContext?.capabilities ?? {};
      return !drop.includes('ALL') || add.some((capability) => capability !== 'NET_BIND_SERVICE');
    },
  ),
  containerRule(
    {
      id: 'proc-mount',
      message: 'sees all of /proc',
      reason: 'The container runtime masks the paths in /proc that reveal or change the node.',
      source,
      remedy: 'Remove procMount.',
    },
    ({ securityContext }) => ![undefined, 'Default'].includes(securityContext?.procMount),
  ),
  containerRule(
    {
      id: 'selinux',
      message: 'has an SELinux type, user or role that is not for containers',
      reason: 'SELinux then no longer confines the process.',
      source,
      remedy: 'Remove seLinuxOptions, or use a type for containers.',
    },
    (container, pod) => {
      const { type = '', user = '', role = '' } = setting(container, pod, 'seLinuxOptions') ?? {};
      return !SELINUX_TYPES.has(type) || user !== '' || role !== '';
    },
  ),
  containerRule(
    {
      id: 'apparmor',
      message: 'is not confined by AppArmor',
      reason: 'The default profile of the container runtime blocks writes to the files of the kernel.',
      source,
      remedy: 'Remove appArmorProfile, or use RuntimeDefault.',
    },
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
