import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { describe, expect, test } from 'vitest';
import { lets, OWN_NAMESPACE, type Connection, type Peer } from '../support/reach.ts';
import { EVERYTHING, hasHelm, manifestsOf, only, RELEASE } from '../support/service-chart.ts';

const inNamespace = (name: string, pod: Record<string, string> = {}): Peer => ({
  pod,
  namespace: { 'kubernetes.io/metadata.name': name },
});
const address = (text: string): Peer => ({ address: text });
const from = (peer: Peer, port = 8080): Connection => ({ direction: 'in', peer, port });
const to = (peer: Peer, port = 443, protocol?: 'UDP'): Connection => ({
  direction: 'out',
  peer,
  port,
  ...(protocol && { protocol }),
});

const DNS = inNamespace('kube-system', { 'k8s-app': 'kube-dns' });
const ORDERS = inNamespace('orders', { 'app.kubernetes.io/name': 'orders' });

/** The app may call a database network, another app, one of its own namespace, and the internet. */
const VALUES = {
  ...EVERYTHING,
  egress: {
    database: { cidrs: ['10.30.4.0/24', '10.31.0.0/16'], ports: [5432, 5433] },
    orders: { app: 'orders', namespace: 'orders', ports: [8080] },
    helper: { app: 'helper', ports: [9090] },
    mail: { internet: true, ports: [443, 587] },
  },
};

/** Connections that must pass. Each rule of the policy is needed by one of them. */
const PASSES: readonly Connection[] = [
  from(address('10.20.0.1')),
  from(address('10.20.15.254')),
  from(inNamespace('gateway')),
  from(inNamespace('gateway', { app: 'envoy' })),
  to(DNS, 53),
  to(DNS, 53, 'UDP'),
  to(address('10.30.4.7'), 5432),
  to(address('10.31.255.1'), 5433),
  to(ORDERS, 8080),
  to({ pod: { 'app.kubernetes.io/name': 'helper' }, namespace: OWN_NAMESPACE }, 9090),
  to(address('93.184.216.34'), 443),
  to(address('93.184.216.34'), 587),
];

/** What must not pass, each by itself. */
const STOPS: readonly Connection[] = [
  // The metadata services of the clouds, on every port that they or a proxy might use.
  ...[80, 443, 587, 5432].map((port) => to(address('169.254.169.254'), port)),
  to(address('169.254.170.23'), 80),
  to(address('100.100.100.200'), 443),
  // Private networks, by way of the internet rule or beside the database's.
  ...[
    '10.0.0.1',
    '10.30.5.1',
    '10.32.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
  ].flatMap((private_) => [to(address(private_), 443), to(address(private_), 5432)]),
  to(address('10.30.4.7'), 443),
  to(address('10.30.4.7'), 22),
  // The internet on other ports.
  ...[22, 25, 80, 5432, 6443].map((port) => to(address('93.184.216.34'), port)),
  to(address('2001:db8::1'), 443),
  // Other pods: of other names, in other namespaces, on other ports.
  to(ORDERS, 443),
  to(inNamespace('other', { 'app.kubernetes.io/name': 'orders' }), 8080),
  to(inNamespace('orders', { 'app.kubernetes.io/name': 'other' }), 8080),
  to(inNamespace('orders', { 'app.kubernetes.io/name': 'helper' }), 9090),
  to({ pod: {}, namespace: OWN_NAMESPACE }, 9090),
  to({ pod: { 'app.kubernetes.io/name': 'helper' }, namespace: OWN_NAMESPACE }, 9091),
  ...['kube-system', 'argocd', 'vault', 'external-secrets', 'gateway', 'own'].flatMap((namespace) => [
    to(inNamespace(namespace), 443),
    to(inNamespace(namespace), 8200),
  ]),
  // DNS elsewhere carries data out.
  to(inNamespace('kube-system', { 'k8s-app': 'other' }), 53, 'UDP'),
  to(inNamespace('other', { 'k8s-app': 'kube-dns' }), 53, 'UDP'),
  to(address('8.8.8.8'), 53, 'UDP'),
  to(DNS, 9153),
  // In: anybody but the gateway, and the gateway on another port.
  ...['kube-system', 'argocd', 'vault', 'default', 'own'].map((namespace) => from(inNamespace(namespace))),
  from({ pod: { 'app.kubernetes.io/name': 'api' }, namespace: OWN_NAMESPACE }),
  from(address('10.20.16.1')),
  from(address('10.0.0.1')),
  from(address('93.184.216.34')),
  from(address('fd00::1')),
  from(address('10.20.0.1'), 9090),
  from(inNamespace('gateway'), 22),
];

describe.skipIf(!hasHelm)('the network policy', async () => {
  const policyOf = async (values: typeof RELEASE) =>
    only<INetworkPolicy>(await manifestsOf(values), 'NetworkPolicy');
  const policy = hasHelm ? await policyOf(VALUES) : ({} as INetworkPolicy);
  const passes = (which: INetworkPolicy, connection: Connection) => lets(which, connection, { http: 8080 });

  test(`stops ${STOPS.length} connections and lets ${PASSES.length} pass`, () => {
    expect(STOPS.filter((connection) => passes(policy, connection))).toEqual([]);
    expect(PASSES.filter((connection) => !passes(policy, connection))).toEqual([]);
  });

  test('needs every rule, peer and port that it has', () => {
    const unnoticed = withOnePartLess(policy).filter(
      ({ smaller }) =>
        PASSES.every((connection) => passes(smaller, connection)) &&
        !STOPS.some((connection) => passes(smaller, connection)),
    );
    expect(unnoticed.map(({ part }) => part)).toEqual([]);
  });

  test('lets nothing in and only DNS out when nothing is said', async () => {
    const closed = await policyOf(RELEASE);
    const open = [...PASSES, ...STOPS].filter((connection) => passes(closed, connection));
    expect(open).toEqual([to(DNS, 53), to(DNS, 53, 'UDP')]);
  });

  test('allows no peer if the gateway has no sources, although empty labels would select every pod', async () => {
    const gateway = { name: 'public', sources: { cidrs: [], namespaceLabels: {} } };
    const closed = await policyOf({
      ...RELEASE,
      route: { paths: ['/v1'] },
      environment: { domain: 'example.com', gateway },
    });
    const comingIn = [...PASSES, ...STOPS].filter(({ direction }) => direction === 'in');
    expect(comingIn.filter((connection) => passes(closed, connection))).toEqual([]);
  });

  test('allows no peer if the app has no public path', async () => {
    const closed = await policyOf({ ...EVERYTHING, route: { paths: [] } });
    expect(passes(closed, from(address('10.20.0.1')))).toBe(false);
  });
});

/** The policy with one rule, one peer, one exception or one port left out, in every way. */
function withOnePartLess(policy: INetworkPolicy): { part: string; smaller: INetworkPolicy }[] {
  const lists = listsIn(policy.spec, []).filter(({ path }) => path[0] !== 'policyTypes');
  return lists.flatMap(({ path, list }) =>
    list.map((_, at) => {
      const smaller = structuredClone(policy);
      const found = path.reduce<unknown>(
        (value, key) => (value as Record<string, unknown>)[key],
        smaller.spec,
      );
      (found as unknown[]).splice(at, 1);
      return { part: [...path, at].join('/'), smaller };
    }),
  );
}

function listsIn(value: unknown, path: readonly string[]): { path: readonly string[]; list: unknown[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [{ path, list: value }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, child]) => listsIn(child, [...path, key]))];
}
