import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IService } from 'kubernetes-models/v1/Service';
import type { Manifest } from '../../helm/manifest.ts';
import { podsOf, type Pod } from '../manifests/pods.ts';
import { selects } from '../manifests/selects.ts';
import { kindRule } from './object-rules.ts';
import type { Finding, Rule, Subject } from './rule.ts';

const POLICIES = 'https://kubernetes.io/docs/concepts/services-networking/network-policies/';
const SERVICES = 'https://kubernetes.io/docs/concepts/services-networking/service/';
const ROUTES = 'https://gateway-api.sigs.k8s.io/api-types/httproute/';

/** Who can connect to a pod, and what a pod can connect to. */
export const NETWORK: readonly Rule[] = [
  {
    id: 'default-deny',
    message: 'has no NetworkPolicy for both directions',
    reason: 'Every pod of the cluster can connect to it, and it can connect to every address.',
    source: POLICIES,
    remedy: 'Add a NetworkPolicy that selects the pods, with the policyTypes Ingress and Egress.',
    find: podsWithoutPolicy,
  },
  kindRule<INetworkPolicy>(
    {
      id: 'open-policy',
      message: 'allows every peer, every port, or the metadata service of the cloud',
      reason: 'The rule allows connections that it does not name.',
      source: POLICIES,
      remedy: 'Name peers and ports in each rule, and except 169.254.0.0/16 from 0.0.0.0/0.',
    },
    'NetworkPolicy',
    isOpen,
  ),
  kindRule<IService>(
    {
      id: 'service-type',
      message: 'is reachable from outside the cluster past the gateway',
      reason: 'Requests do not pass the TLS, the addresses and the logs of the gateway.',
      source: `${SERVICES}#publishing-services-service-types`,
      remedy: 'Use the type ClusterIP without externalIPs, and an HTTPRoute.',
    },
    'Service',
    ({ spec }) => (spec?.type ?? 'ClusterIP') !== 'ClusterIP' || Boolean(spec?.externalIPs?.length),
  ),
  kindRule<IService>(
    {
      id: 'service-target',
      message: 'selects no pod with its target ports',
      reason: 'Every connection to it fails.',
      source: SERVICES,
      remedy: 'Use the labels and a port of the pods.',
    },
    'Service',
    (service, all) => !podsOf(all).some((pod) => isTarget(service, pod)),
  ),
  kindRule<IHTTPRoute>(
    {
      id: 'route-target',
      message: 'forwards to a port that is not of a rendered Service',
      reason: 'The gateway answers 500 to every request.',
      source: ROUTES,
      remedy: 'Use the name and a port of the Service.',
    },
    'HTTPRoute',
    ({ spec }, all) =>
      (spec.rules ?? []).some(
        ({ backendRefs = [] }) => !backendRefs.some((ref) => isPortOfService(ref, all)),
      ),
  ),
  kindRule<IHTTPRoute>(
    {
      id: 'route-subset',
      message: 'uses a feature that not every gateway here supports',
      reason: 'An ALB ignores or refuses it, so environments would behave differently.',
      source:
        'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/gateway/l7gateway/',
      remedy: 'Use only host names, path prefixes and backends.',
    },
    'HTTPRoute',
    ({ spec }) => !isOfSubset(spec),
  ),
];

function podsWithoutPolicy({ manifests }: Subject): Finding[] {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as INetworkPolicy[];
  const closes = ({ spec }: INetworkPolicy, { labels }: Pod) =>
    selects(spec?.podSelector, labels) &&
    (['Ingress', 'Egress'] as const).every((type) => spec?.policyTypes?.includes(type));
  return podsOf(manifests)
    .filter((pod) => !policies.some((policy) => closes(policy, pod)))
    .map(({ place }) => ({ place }));
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels?: object };
  readonly podSelector?: { readonly matchLabels?: object };
}

/** A policy rule without peers, or with an empty selector, matches every peer; it is easily written by accident. */
function isOpen({ spec }: INetworkPolicy): boolean {
  const peers: (readonly Peer[] | undefined)[] = [
    ...(spec?.ingress ?? []).map((rule) => rule.from as readonly Peer[] | undefined),
    ...(spec?.egress ?? []).map((rule) => rule.to as readonly Peer[] | undefined),
  ];
  const ports = [...(spec?.ingress ?? []), ...(spec?.egress ?? [])].map((rule) => rule.ports ?? []);
  return (
    ports.some(({ length }) => length === 0) || peers.some((list) => !list?.length || list.some(isAnyPeer))
  );
}

function isAnyPeer({ ipBlock, namespaceSelector, podSelector }: Peer): boolean {
  if (ipBlock) return ipBlock.cidr.endsWith('/0') && !ipBlock.except?.includes('169.254.0.0/16');
  const isEmpty = (selector?: { matchLabels?: object }) =>
    Object.keys(selector?.matchLabels ?? {}).length === 0;
  return podSelector ? isEmpty(podSelector) : isEmpty(namespaceSelector);
}

function isTarget({ spec }: IService, { labels, spec: pod }: Pod): boolean {
  if (!spec?.selector || !selects({ matchLabels: spec.selector }, labels)) return false;
  const open = pod.containers.flatMap(({ ports = [] }) => ports);
  return (spec.ports ?? []).every(({ port, targetPort = port }) =>
    open.some(({ name, containerPort }) => targetPort === name || targetPort === containerPort),
  );
}

function isPortOfService(
  ref: { readonly name: string; readonly port?: number },
  all: readonly Manifest[],
): boolean {
  const services = all.filter(({ kind, metadata }) => kind === 'Service' && metadata.name === ref.name);
  return services.some(({ spec }) =>
    (spec as IService['spec'])?.ports?.some(({ port }) => port === ref.port),
  );
}

/** The only fields of a route's rule and match. */
const RULE_KEYS = new Set(['matches', 'backendRefs']);
const MATCH_KEYS = new Set(['path']);

/** What an ALB and Envoy both support. The AWS Load Balancer Controller 3.x has no timeouts, retries or most filters. */
function isOfSubset({ hostnames = [], rules = [] }: IHTTPRoute['spec']): boolean {
  const hasOnly = (object: object, keys: ReadonlySet<string>) =>
    Object.keys(object).every((key) => keys.has(key));
  const isPrefix = (match: { readonly path?: { readonly type?: string } }) =>
    hasOnly(match, MATCH_KEYS) && match.path?.type === 'PathPrefix';
  const isPlain = (rule: (typeof rules)[number]) =>
    hasOnly(rule, RULE_KEYS) && Boolean(rule.matches?.length) && rule.matches?.every(isPrefix);
  return hostnames.length > 0 && rules.length > 0 && rules.every(isPlain);
}
