import { loadProgram, synth } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { stackOf } from './stacks.ts';

/** The error of a stack with another value in its configuration, or `no error`. */
async function errorFor(stack: string, key: string, value: unknown): Promise<string> {
  const [environment = '', name = ''] = stack.split('/');
  const project = await stackOf(environment, name);
  const { program } = await loadProgram(project);
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const config = { ...project.config, [`${name}:${key}`]: written };
  return synth(program, { ...project, config }).then(
    () => 'no error',
    ({ message }: Error) => message,
  );
}

const NO_AWS_REGION =
  '"eu-central-9" is not a region of the AWS provider. Use one of eu-central-1, eu-central-2, eu-north-1,';

describe('the error for a wrong value contains file, key and remedy', () => {
  it.each([
    [
      'production/cluster',
      'cidr',
      '10.20.0.0/24',
      'cidr: The network 10.20.0.0/24 has the size /24. It must be between /16 and /20.',
    ],
    [
      'production/cluster',
      'cidr',
      '172.20.0.0/16',
      'cidr: the network (172.20.0.0/16) and the services (172.20.0.0/16) overlap. Move one of them.',
    ],
    [
      'production/cluster',
      'cidr',
      '10.20.0.1/16',
      'cidr: "10.20.0.1/16" has address bits after /16. Write it as in 10.20.0.0/16.',
    ],
    ['production/cluster', 'cidr', 'home', 'cidr: "home" is not an IPv4 range. Write it as in 10.20.0.0/16.'],
    ['production/cluster', 'zones', ['a', 'b'], 'zones: The network is in 2 zones. Use 3 to 6 zones.'],
    [
      'production/cluster',
      'zones',
      ['a', 'b', 'eu-central-1c'],
      'zones[2] is "eu-central-1c". It must be the letter of an availability zone.',
    ],
    [
      'production/cluster',
      'zones',
      ['a', 'a', 'b'],
      'zones is ["a","a","b"]. It must be a list without duplicates, each item the letter of an availability zone.',
    ],
    [
      'production/cluster',
      'version',
      '1.99',
      'version: EKS 1.99 is not in standard support. Use 1.35 or 1.36.',
    ],
    [
      'production/cluster',
      'version',
      'latest',
      'version is "latest". It must be a minor version, as in "1.36".',
    ],
    ['production/cluster', 'region', 'eu-central-9', `region: ${NO_AWS_REGION}`],
    [
      'production/cluster',
      'region',
      'Frankfurt',
      'region is "Frankfurt". It must be a region, as in eu-central-1 or nl-ams.',
    ],
    [
      'production/cluster',
      'accountId',
      '1111-2222-3333',
      'accountId is "1111-2222-3333". It must be the account\'s number, 12 digits.',
    ],
    [
      'production/registry',
      'services',
      [],
      'services: The registry has no service. List at least one under services.',
    ],
    [
      'production/registry',
      'services',
      ['api', 'a__b'],
      'services[1]: "a__b" is not a valid repository name. Use lower-case letters,',
    ],
    ['production/registry', 'region', 'eu-central-9', `region: ${NO_AWS_REGION}`],
    [
      'production/foundation',
      'githubOwnerId',
      'acme',
      'githubOwnerId is "acme". It must be the numeric GitHub id (gh api repos/OWNER/REPO --jq .id).',
    ],
    [
      'production/foundation',
      'githubRepoId',
      '',
      'githubRepoId is missing. It must be the numeric GitHub id',
    ],
    ['production/foundation', 'region', 'eu-central-9', `region: ${NO_AWS_REGION}`],
    [
      'development/cluster',
      'region',
      'nl-rtm',
      'region: Linode does not offer Kubernetes in the region nl-rtm. Use de-fra-2 or nl-ams.',
    ],
    [
      'development/cluster',
      'version',
      '1.99',
      'version: Linode does not offer Kubernetes 1.99. Use 1.34 or 1.35.',
    ],
    [
      'development/cluster',
      'apiNetworks',
      [],
      'apiNetworks: The list of networks that can reach the API is empty. Add at least one network.',
    ],
    [
      'development/cluster',
      'apiNetworks',
      ['203.0.113.0/24', '0.0.0.0/0'],
      'apiNetworks[1]: "0.0.0.0/0" includes all addresses. List the networks that need the API.',
    ],
    [
      'development/cluster',
      'apiNetworks',
      ['203.0.113.7'],
      'apiNetworks[0]: "203.0.113.7" is not a network. Write it as in 203.0.113.0/24.',
    ],
    [
      'development/foundation',
      'owner',
      'Acme Inc.',
      'owner is "Acme Inc.". It must be a short lower-case name that is unique to you',
    ],
    ['development/foundation', 'region', 'Amsterdam', 'region is "Amsterdam". It must be a region,'],
    [
      'development/foundation',
      'region',
      'nl-rtm',
      'region: Linode does not offer Object Storage in the region nl-rtm. Use de-fra-2 or nl-ams.',
    ],
  ])('%s: %s %j', async (stack, key, value, message) => {
    const [environment, name] = stack.split('/');
    const place = `The program of ${name} (${environment}) failed: Pulumi.${environment}.yaml, ${name}:`;
    expect(await errorFor(stack, key, value)).toContain(`${place}${message}`);
  });

  it('does not occur for a correct value', async () => {
    expect(await errorFor('production/cluster', 'cidr', '10.64.0.0/16')).toBe('no error');
  });
});
