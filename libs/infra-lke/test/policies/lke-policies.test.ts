import { evaluate, withInput, type Graph, type Policy, type Value } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { lkeFoundationPolicies, lkePolicies } from '../../src/index.ts';
import { clusterGraph, foundationGraph } from '../programs.ts';

const CLUSTER = 'linode:index/lkeCluster:LkeCluster';
const FIREWALL = 'linode:index/firewall:Firewall';
const BUCKET = 'linode:index/objectStorageBucket:ObjectStorageBucket';
const KEY = 'linode:index/objectStorageKey:ObjectStorageKey';

type Mutation = (graph: Graph) => Graph;
const input =
  (type: string, path: string, value?: Value): Mutation =>
  (graph) =>
    withInput(graph, type, path, value);

const MUTATIONS: Record<string, Mutation[]> = {
  'api-listed': [input(CLUSTER, 'controlPlane.acl.enabled', false), input(CLUSTER, 'controlPlane.acl')],
  'api-list-not-empty': [input(CLUSTER, 'controlPlane.acl.addresses', [{}])],
  'api-never-open': [
    input(CLUSTER, 'controlPlane.acl.addresses', [{ ipv4s: ['203.0.113.0/24', '0.0.0.0/0'] }]),
    input(CLUSTER, 'controlPlane.acl.addresses', [{ ipv6s: ['::/0'] }]),
  ],
  'high-availability': [input(CLUSTER, 'controlPlane.highAvailability', false)],
  'version-named': [input(CLUSTER, 'k8sVersion', '1.29'), input(CLUSTER, 'k8sVersion', 'latest')],
  'no-app-platform': [input(CLUSTER, 'aplEnabled', true), input(CLUSTER, 'aplEnabled')],
  'standard-tier': [input(CLUSTER, 'tier', 'enterprise')],
  'cluster-protected': [input(CLUSTER, 'options.protect')],
  'kubeconfig-secret': [
    input(CLUSTER, 'options.additionalSecretOutputs'),
    (graph) => ({ ...graph, outputs: { ...graph.outputs, kubeconfig: 'in clear' } }),
  ],
  'says-whose': [input(CLUSTER, 'tags', ['environment:production'])],
  'encrypted-disks': [input(CLUSTER, 'pools[0].diskEncryption', 'disabled'), input(CLUSTER, 'pools', [])],
  'pools-scale': [input(CLUSTER, 'pools[0].autoscaler')],
  'pools-spread': [input(CLUSTER, 'pools[0].autoscaler.min', 2)],
  'pools-bounded': [input(CLUSTER, 'pools[0].autoscaler.max', 100)],
  'pools-say-whose': [input(CLUSTER, 'pools[0].tags', [])],
  'firewall-drops': [input(FIREWALL, 'inboundPolicy', 'ACCEPT')],
  'firewall-ports': [
    input(FIREWALL, 'inbounds[0].ports', '22'),
    input(FIREWALL, 'inbounds[0].ports', '1-65535'),
  ],
  'firewall-protocols': [input(FIREWALL, 'inbounds[1].protocol', 'UDP')],
  'firewall-on': [input(FIREWALL, 'disabled', true)],
  'firewall-not-on-nodes': [input(FIREWALL, 'linodes', [12345])],
};

const STATE_MUTATIONS: Record<string, Mutation[]> = {
  'state-private': [input(BUCKET, 'acl', 'public-read'), input(BUCKET, 'corsEnabled', true)],
  'state-versioned': [input(BUCKET, 'versioning', false), input(BUCKET, 'lifecycleRules')],
  'state-protected': [input(BUCKET, 'options.protect')],
  'key-limited': [input(KEY, 'bucketAccesses'), input(KEY, 'options.additionalSecretOutputs', [])],
  'no-token': [
    (graph) => ({
      ...graph,
      resources: graph.resources.map((resource) =>
        resource.type === KEY ? { ...resource, type: 'linode:index/token:Token' } : resource,
      ),
    }),
  ],
};

function breaksEach(policies: readonly Policy[], graph: Graph, mutations: Record<string, Mutation[]>): void {
  expect(Object.keys(mutations).sort()).toEqual(policies.map(({ name }) => name).sort());
  for (const [policy, ways] of Object.entries(mutations)) {
    for (const [at, mutate] of ways.entries()) {
      const found = evaluate(policies, mutate(graph)).find((finding) => finding.policy === policy);
      expect(found?.state, `mutation ${at} of ${policy}`).toBe('violated');
    }
  }
}

describe('an LKE cluster and its state with default arguments', () => {
  it('fulfil 25 of 25 assertions', async () => {
    const findings = [
      ...evaluate(lkePolicies, await clusterGraph()),
      ...evaluate(lkeFoundationPolicies, await foundationGraph()),
    ];
    expect(findings.filter(({ state }) => state === 'held')).toHaveLength(25);
    expect(findings).toHaveLength(25);
  });

  it('break each of them if its property is changed', async () => {
    breaksEach(lkePolicies, await clusterGraph(), MUTATIONS);
    breaksEach(lkeFoundationPolicies, await foundationGraph(), STATE_MUTATIONS);
  });
});

describe('each relaxation', () => {
  const reason = 'a test';

  it('relaxes exactly its own assertion', async () => {
    const options = {
      singleControlPlane: ['high-availability', { singleControlPlane: { reason } }],
      unprotected: ['cluster-protected', { unprotected: { reason } }],
      small: ['pools-spread', { pools: [{ min: 1, small: { reason } }] }],
    } as const;
    expect(Object.keys(options).sort()).toEqual(
      lkePolicies.flatMap(({ relaxedBy }) => relaxedBy ?? []).sort(),
    );
    for (const [option, [policy, args]] of Object.entries(options)) {
      const findings = evaluate(lkePolicies, await clusterGraph(args)).filter(
        ({ state }) => state !== 'held',
      );
      expect(findings.map(({ policy, relaxedBy }) => [policy, relaxedBy])).toEqual([[policy, option]]);
    }
  });
});
