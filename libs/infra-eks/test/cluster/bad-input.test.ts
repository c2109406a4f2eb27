import { describe, expect, it } from 'vitest';
import { awsProvider } from '../../src/index.ts';
import { clusterGraph } from '../programs.ts';

describe('bad input is refused before a resource is created', () => {
  const reason = 'a test';

  it.each([
    [
      'a version out of support',
      () => clusterGraph({ version: '1.29' }),
      'EKS 1.29 is not in standard support',
    ],
    ['a text that is not a version', () => clusterGraph({ version: 'latest' }), 'EKS latest'],
    [
      'a network that is too small',
      () => clusterGraph({}, { cidr: '10.20.0.0/24' }),
      'The network 10.20.0.0/24',
    ],
    ['a network that overlaps the services', () => clusterGraph({ serviceCidr: '10.20.0.0/20' }), 'overlap'],
    ['two zones', () => clusterGraph({}, { zones: ['a', 'b'] }), '2 zones'],
    [
      'an API open to all networks',
      () => clusterGraph({ publicAccess: { reason, cidrs: ['0.0.0.0/0'] } }),
      'open to 0.0.0.0/0',
    ],
    [
      'a public API without a list of networks',
      () => clusterGraph({ publicAccess: { reason, cidrs: [] } }),
      'List the networks',
    ],
  ])('%s', async (_, make, message) => {
    await expect(make()).rejects.toThrow(message);
  });

  it('a malformed account or an unknown region', () => {
    const tags = { environment: 'production', stack: 'cluster', 'managed-by': 'slipway' } as const;
    const provider = (accountId: string, region: string) => () => awsProvider({ accountId, region, tags });
    expect(provider('1234', 'eu-central-1')).toThrow('"1234"');
    expect(provider('111122223333', 'eu-centre-1')).toThrow('"eu-centre-1"');
    expect(provider('111122223333', 'eu-central-9')).toThrow(
      /^"eu-central-9" is not a region of the AWS provider\. Use one of eu-central-1, .*eu-west-1/,
    );
    expect(provider('111122223333', 'mars')).toThrow(/us-east-1/);
  });
});
