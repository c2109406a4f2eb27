import { evaluate, withInput, type Graph, type Policy, type Value } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { foundationPolicies, registryPolicies } from '../../src/index.ts';
import { actionsWithoutBounds } from '../../src/policies/unbounded-actions.ts';
import { foundationGraph, registryGraph } from '../programs.ts';

const broken = (policies: readonly Policy[], graph: Graph) =>
  evaluate(policies, graph).flatMap(({ policy, state }) => (state === 'held' ? [] : [policy]));
const REPOSITORY = 'aws:ecr/repository:Repository';

describe('a registry', () => {
  it('fulfils its assertions and breaks each of them if its property is changed', async () => {
    const graph = await registryGraph();
    expect(broken(registryPolicies, graph)).toEqual([]);
    const mutations: Record<string, Graph> = {
      'tags-never-move': withInput(graph, REPOSITORY, 'imageTagMutability', 'MUTABLE'),
      'images-scanned': withInput(graph, REPOSITORY, 'imageScanningConfiguration', undefined),
      'images-encrypted': withInput(
        graph,
        REPOSITORY,
        'encryptionConfigurations[0].encryptionType',
        'AES256',
      ),
      'images-expire': { ...graph, resources: graph.resources.filter(({ type }) => !/Lifecycle/.test(type)) },
      'repositories-protected': withInput(graph, REPOSITORY, 'forceDelete', true),
    };
    expect(Object.keys(mutations)).toEqual(registryPolicies.map(({ name }) => name));
    for (const [policy, changed] of Object.entries(mutations)) {
      expect(broken(registryPolicies, changed)).toEqual([policy]);
    }
  });

  it('has one repository per service and refuses names that ECR would refuse', async () => {
    const { resources } = await registryGraph({ services: ['api', 'web'] });
    const names = resources.filter(({ type }) => type === REPOSITORY).map(({ inputs }) => inputs['name']);
    expect(names).toEqual(['services/api', 'services/web']);
    for (const services of [[], ['Api'], ['a/../b'], ['a--'], ['']]) {
      await expect(registryGraph({ services })).rejects.toThrow(/service|repository/);
    }
  });

  it('can be unprotected by a named option', async () => {
    const graph = await registryGraph({ unprotected: { reason: 'a test' } });
    expect(evaluate(registryPolicies, graph).filter(({ state }) => state !== 'held')).toMatchObject([
      { policy: 'repositories-protected', state: 'relaxed', relaxedBy: 'unprotected' },
    ]);
  });
});

describe('a foundation', () => {
  it('fulfils its assertions and breaks each of them if its property is changed', async () => {
    const graph = await foundationGraph();
    expect(broken(foundationPolicies, graph)).toEqual([]);
    const all: Value = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
    const mutations: Record<string, Graph> = {
      'state-versioned': withInput(
        graph,
        'aws:s3/bucketVersioning:BucketVersioning',
        'versioningConfiguration.status',
        'Suspended',
      ),
      'state-private': withInput(
        graph,
        'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
        'blockPublicPolicy',
        false,
      ),
      'state-encrypted': withInput(
        graph,
        'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
        'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm',
        'AES256',
      ),
      'trust-exact': withInput(graph, 'aws:iam/role:Role', 'assumeRolePolicy.Statement[0].Condition', {
        StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*' },
      }),
      'permissions-bounded': withInput(graph, 'aws:iam/rolePolicy:RolePolicy', 'policy', all),
    };
    expect(Object.keys(mutations)).toEqual(foundationPolicies.map(({ name }) => name));
    for (const [policy, changed] of Object.entries(mutations)) {
      expect(broken(foundationPolicies, changed)).toEqual([policy]);
    }
  });
});

describe('actions without bounds', () => {
  const found = (statement: object) =>
    actionsWithoutBounds({ Statement: [{ Effect: 'Allow', Resource: '*', ...statement }] } as Value);

  it('are found in documents and in their text', () => {
    expect(found({ Action: ['*'] })).toEqual(['*']);
    expect(found({ Action: 'iam:*', Resource: 'arn:x' })).toEqual(['iam:*']);
    expect(found({ Action: 'iam:CreateRole', Condition: { StringEquals: {} } })).toEqual(['iam:CreateRole']);
    expect(found({ Action: 'iam:PassRole', Resource: 'arn:x' })).toEqual(['iam:PassRole']);
    const without = { Resource: 'arn:x', Condition: { StringEquals: { 'aws:RequestedRegion': 'x' } } };
    for (const action of ['iam:CreateRole', 'iam:AttachRolePolicy', 'iam:DeleteRolePermissionsBoundary']) {
      expect(found({ ...without, Action: [action, 'iam:TagRole'] })).toEqual([action]);
    }
    expect(found({ Action: 'ec2:*' })).toEqual(['ec2:*']);
    const text = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] });
    expect(actionsWithoutBounds(text)).toEqual(['s3:PutObject']);
  });

  it('are not reported for read-only actions, named resources or conditions', () => {
    expect(found({ Action: ['ec2:DescribeVpcs', 'iam:List*'] })).toEqual([]);
    expect(found({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::a/*' })).toEqual([]);
    expect(found({ Action: 'ec2:*', Condition: { StringEquals: { 'aws:RequestedRegion': 'x' } } })).toEqual(
      [],
    );
    const inside = { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::1:policy/b' } };
    expect(found({ Action: 'iam:CreateRole', Resource: 'arn:x', Condition: inside })).toEqual([]);
    expect(found({ Effect: 'Deny', Action: '*' })).toEqual([]);
  });
});
