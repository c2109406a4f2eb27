import { evaluate, withInput, type Graph, type Value } from '@slipway/stack';
import { beforeAll, describe, expect, it } from 'vitest';
import { eksPolicies } from '../../src/index.ts';
import { clusterGraph } from '../programs.ts';

const CLUSTER = 'aws:eks/cluster:Cluster';
const SUBNET = 'aws:ec2/subnet:Subnet';
const TEMPLATE = 'aws:ec2/launchTemplate:LaunchTemplate';
const NODES = 'aws:eks/nodeGroup:NodeGroup';

const without =
  (type: string, name = /./) =>
  (graph: Graph): Graph => ({
    ...graph,
    resources: graph.resources.filter((resource) => resource.type !== type || !name.test(resource.name)),
  });
const input =
  (type: string, path: string, value?: Value) =>
  (graph: Graph): Graph =>
    withInput(graph, type, path, value);

/** By policy, the changes that break it. */
const MUTATIONS: Record<string, ((graph: Graph) => Graph)[]> = {
  'endpoint-private': [
    input(CLUSTER, 'vpcConfig.endpointPublicAccess', true),
    input(CLUSTER, 'vpcConfig.endpointPublicAccess'),
  ],
  'endpoint-never-open': [
    input(CLUSTER, 'vpcConfig.endpointPublicAccess', true),
    (graph) =>
      withInput(
        withInput(graph, CLUSTER, 'vpcConfig.endpointPublicAccess', true),
        CLUSTER,
        'vpcConfig.publicAccessCidrs',
        ['203.0.113.0/24', '0.0.0.0/0'],
      ),
  ],
  'endpoint-inside': [input(CLUSTER, 'vpcConfig.endpointPrivateAccess', false)],
  'access-by-api': [input(CLUSTER, 'accessConfig.authenticationMode', 'API_AND_CONFIG_MAP')],
  'no-creator-admin': [input(CLUSTER, 'accessConfig.bootstrapClusterCreatorAdminPermissions')],
  'all-logs': [
    input(CLUSTER, 'enabledClusterLogTypes', ['api', 'audit']),
    input(CLUSTER, 'enabledClusterLogTypes'),
  ],
  'logs-kept': [
    input('aws:cloudwatch/logGroup:LogGroup', 'retentionInDays', 30),
    without('aws:cloudwatch/logGroup:LogGroup', /^production$/),
  ],
  'secrets-encrypted': [
    input(CLUSTER, 'encryptionConfig'),
    input(CLUSTER, 'encryptionConfig.provider.keyArn', 'arn:aws:kms:::alias/aws/eks'),
  ],
  'keys-rotate': [
    input('aws:kms/key:Key', 'enableKeyRotation', false),
    input('aws:kms/key:Key', 'deletionWindowInDays', 7),
  ],
  'deletion-protected': [input(CLUSTER, 'deletionProtection', false), input(CLUSTER, 'options.protect')],
  'standard-support': [input(CLUSTER, 'upgradePolicy.supportType', 'EXTENDED')],
  'supported-version': [input(CLUSTER, 'version', '1.29'), input(CLUSTER, 'version')],
  'no-hidden-addons': [input(CLUSTER, 'bootstrapSelfManagedAddons')],
  'three-zones': [without(SUBNET, /-intra-c$/), input(SUBNET, 'availabilityZone', 'eu-central-1a')],
  'no-public-addresses': [input(SUBNET, 'mapPublicIpOnLaunch', true)],
  'nat-per-zone': [without('aws:ec2/natGateway:NatGateway', /-c$/)],
  'flow-logs': [
    input('aws:ec2/flowLog:FlowLog', 'trafficType', 'ACCEPT'),
    without('aws:ec2/flowLog:FlowLog'),
  ],
  'empty-default-group': [
    without('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup'),
    input('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'egress', [{ cidrBlocks: ['0.0.0.0/0'] }]),
  ],
  'no-open-port': [
    input('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'cidrIpv4', '0.0.0.0/0'),
    input('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'cidrIpv6', '::/0'),
  ],
  imdsv2: [input(TEMPLATE, 'metadataOptions.httpTokens', 'optional'), without(TEMPLATE)],
  'hop-limit': [input(TEMPLATE, 'metadataOptions.httpPutResponseHopLimit', 2)],
  'encrypted-volumes': [
    input(TEMPLATE, 'blockDeviceMappings'),
    input(TEMPLATE, 'blockDeviceMappings[0].ebs.encrypted', 'false'),
  ],
  'private-nodes': [
    input(NODES, 'subnetIds', ['a', 'b', 'c']),
    input(NODES, 'subnetIds[0]', `\${${SUBNET}::production-public-a.id}`),
  ],
  'no-remote-access': [input(NODES, 'remoteAccess', { ec2SshKey: 'mine' })],
  'pod-identity': [
    without('aws:eks/addon:Addon', /pod-identity/),
    input('aws:eks/addon:Addon', 'podIdentityAssociations'),
    input(
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      'policyArn',
      'arn:aws:iam::aws:policy/AmazonS3FullAccess',
    ),
    input('aws:iam/role:Role', 'assumeRolePolicy', {
      Statement: [{ Principal: { Service: 'pods.eks.amazonaws.com' } }],
    }),
  ],
};

describe('an EKS cluster with default arguments', () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await clusterGraph();
  });
  const broken = (changed: Graph) =>
    evaluate(eksPolicies, changed).flatMap(({ policy, state }) => (state === 'violated' ? [policy] : []));

  it('fulfils 25 of 25 assertions, each with its source', () => {
    expect(eksPolicies).toHaveLength(25);
    expect(new Set(eksPolicies.map(({ name }) => name)).size).toBe(25);
    expect(evaluate(eksPolicies, graph).filter(({ state }) => state === 'held')).toHaveLength(25);
    for (const { source, description } of eksPolicies) expect([source, description]).not.toContain('');
  });

  it('breaks each of them if its property is changed', () => {
    expect(Object.keys(MUTATIONS).sort()).toEqual(eksPolicies.map(({ name }) => name).sort());
    for (const [policy, mutations] of Object.entries(MUTATIONS)) {
      for (const [at, mutate] of mutations.entries()) {
        expect(broken(mutate(graph)), `mutation ${at} of ${policy}`).toContain(policy);
      }
    }
  });

  it('creates all resources with its own provider', () => {
    const own = graph.resources.filter(({ type }) => type.startsWith('aws:'));
    expect(own.length).toBeGreaterThan(50);
    for (const { options } of own) expect(options['provider']).toMatch(/pulumi:providers:aws::aws$/);
  });
});

describe('each relaxation', () => {
  const reason = 'a test';
  const options: Record<string, [string, () => Promise<Graph>]> = {
    publicAccess: [
      'endpoint-private',
      () => clusterGraph({ publicAccess: { reason, cidrs: ['203.0.113.0/24'] } }),
    ],
    unprotected: ['deletion-protected', () => clusterGraph({ unprotected: { reason } })],
    extendedSupport: ['standard-support', () => clusterGraph({ extendedSupport: { reason } })],
    singleNat: ['nat-per-zone', () => clusterGraph({}, { singleNat: { reason } })],
  };

  it('relaxes exactly its own assertion', async () => {
    expect(Object.keys(options).sort()).toEqual(
      eksPolicies.flatMap(({ relaxedBy }) => relaxedBy ?? []).sort(),
    );
    for (const [option, [policy, make]] of Object.entries(options)) {
      const findings = evaluate(eksPolicies, await make()).filter(({ state }) => state !== 'held');
      expect(findings.map(({ policy, state, relaxedBy }) => [policy, state, relaxedBy])).toEqual([
        [policy, 'relaxed', option],
      ]);
    }
  });
});
