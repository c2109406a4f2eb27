import { BlockList, isIP } from 'node:net';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort';

type Labels = Readonly<Record<string, string>>;

/** The other end of a connection: a pod, or an address outside the cluster. */
export type Peer =
  | { readonly pod: Labels; readonly namespace: Labels; readonly address?: never }
  | { readonly address: string };

/** One attempt to connect. @default protocol TCP */
export interface Connection {
  readonly direction: 'in' | 'out';
  readonly peer: Peer;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** The pod's ports that have a name in a policy. */
export type NamedPorts = Readonly<Record<string, number>>;

/** The pod's own namespace: a peer without a namespace selector is in it. */
export const OWN_NAMESPACE: Labels = { 'kubernetes.io/metadata.name': 'own' };

/**
 * Whether a policy allows a connection of the pods that it selects, as Kubernetes documents it: one matching rule is
 * enough, a rule matches by a peer and a port, and a direction without rules is closed.
 * Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function lets({ spec }: INetworkPolicy, connection: Connection, named: NamedPorts = {}): boolean {
  const type = connection.direction === 'in' ? 'Ingress' : 'Egress';
  if (!spec?.policyTypes?.includes(type)) return true;
  const rules =
    connection.direction === 'in'
      ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
      : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
  return rules.some(
    ({ peers, ports }) =>
      (!peers?.length || peers.some((peer) => isPeer(peer, connection.peer))) &&
      (!ports?.length || ports.some((port) => isPort(port, connection, named))),
  );
}

function isPeer({ ipBlock, podSelector, namespaceSelector }: INetworkPolicyPeer, peer: Peer): boolean {
  if (peer.address !== undefined) {
    if (!ipBlock) return false;
    return (
      isWithin(ipBlock.cidr, peer.address) && !ipBlock.except?.some((cidr) => isWithin(cidr, peer.address))
    );
  }
  if (ipBlock) return false;
  const namespace = namespaceSelector
    ? selects(namespaceSelector, peer.namespace)
    : peer.namespace === OWN_NAMESPACE;
  return namespace && (podSelector === undefined || selects(podSelector, peer.pod));
}

/** An empty selector matches everything. Source: the API reference of LabelSelector. */
const selects = ({ matchLabels = {} }: { matchLabels?: Labels }, labels: Labels): boolean =>
  Object.entries(matchLabels).every(([label, value]) => labels[label] === value);

function isPort(
  { port, protocol = 'TCP' }: INetworkPolicyPort,
  wanted: Connection,
  named: NamedPorts,
): boolean {
  if (protocol !== (wanted.protocol ?? 'TCP')) return false;
  const number = typeof port === 'string' ? named[port] : port;
  return port === undefined || number === wanted.port;
}

function isWithin(cidr: string, address: string): boolean {
  const [network = '', bits] = cidr.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
