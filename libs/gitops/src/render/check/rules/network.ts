import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IService } from 'kubernetes-models/v1/Service';
import type { Manifest } from '@slipway/gitops/render';
import { podsOf, type Pod } from '../manifests/pods.ts';
import { selects } from '../manifests/selects.ts';
import { kindRule, type Problem, type Rule } from './rule.ts';

/** Who reaches a pod, and what a pod reaches. */
export const NETWORK: readonly Rule[] = [
  { id: 'default-deny', find: podsWithoutPolicy },
  kindRule<INetworkPolicy>('open-policy', 'NetworkPolicy', 'lets in or out more than it names', isOpen),
  kindRule<IService>(
    'service-type',
    'Service',
    'is open to the outside past the gateway',
    ({ spec }) => (spec?.type ?? 'ClusterIP') !== 'ClusterIP' || Boolean(spec?.externalIPs?.length),
  ),
  kindRule<IService>(
    'service-target',
    'Service',
    'leads to no port of a pod',
    (service, all) => !podsOf(all).some((pod) => isTarget(service, pod)),
  ),
  kindRule<IHTTPRoute>('route-target', 'HTTPRoute', 'leads to no port of a Service', ({ spec }, all) =>
    (spec.rules ?? []).some(({ backendRefs = [] }) => !backendRefs.some((ref) => isPortOfService(ref, all))),
  ),
  kindRule<IHTTPRoute>(
    'route-subset',
    'HTTPRoute',
    'uses what an ALB or Envoy cannot do: keep to host names, path prefixes and backends',
    ({ spec }) => !isOfSubset(spec),
  ),
];

function podsWithoutPolicy(manifests: readonly Manifest[]): Problem[] {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as INetworkPolicy[];
  const closes = ({ spec }: INetworkPolicy, { labels }: Pod) =>
    selects(spec?.podSelector, labels) &&
    (['Ingress', 'Egress'] as const).every((type) => spec?.policyTypes?.includes(type));
  return podsOf(manifests)
    .filter((pod) => !policies.some((policy) => closes(policy, pod)))
    .map(({ place }) => ({
      rule: 'default-deny',
      place,
      message: 'has no NetworkPolicy for both directions',
    }));
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: { readonly matchLabels?: object };
  readonly podSelector?: { readonly matchLabels?: object };
}

/** A rule without peers, or with an empty selector, means everybody: easily written by accident. */
function isOpen({ spec }: INetworkPolicy): boolean {
  const peers: (readonly Peer[] | undefined)[] = [
    ...(spec?.ingress ?? []).map((rule) => rule.from as readonly Peer[] | undefined),
    ...(spec?.egress ?? []).map((rule) => rule.to as readonly Peer[] | undefined),
  ];
  const ports = [...(spec?.ingress ?? []), ...(spec?.egress ?? [])].map((rule) => rule.ports ?? []);
  return (
    ports.some(({ length }) => length === 0) || peers.some((list) => !list?.length || list.some(isAnybody))
  );
}

function isAnybody({ ipBlock, namespaceSelector, podSelector }: Peer): boolean {
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

/** All that a rule and a match may have. */
const RULE_KEYS = new Set(['matches', 'backendRefs']);
const MATCH_KEYS = new Set(['path']);

/** Limits of the AWS Load Balancer Controller 3.x for Gateway API: no timeouts, retries, session persistence or most filters. */
function isOfSubset({ hostnames = [], rules = [] }: IHTTPRoute['spec']): boolean {
  const hasOnly = (object: object, keys: ReadonlySet<string>) =>
    Object.keys(object).every((key) => keys.has(key));
  const isPrefix = (match: { readonly path?: { readonly type?: string } }) =>
    hasOnly(match, MATCH_KEYS) && match.path?.type === 'PathPrefix';
  const isPlain = (rule: (typeof rules)[number]) =>
    hasOnly(rule, RULE_KEYS) && Boolean(rule.matches?.length) && rule.matches?.every(isPrefix);
  return hostnames.length > 0 && rules.length > 0 && rules.every(isPlain);
}
