import { describe, expect, it } from 'vitest';
import { backendFor } from '../src/commands/stack/backend.ts';

const of = (url?: string) => () => backendFor('production', { PULUMI_BACKEND_URL: url });

describe('the state store of an environment', () => {
  it.each([
    's3://production-pulumi-a1?region=eu-central-1',
    's3://acme-production/state',
    'file:///state/production',
  ])('is %s', (url) => expect(of(url)()).toBe(url));

  it.each([
    [undefined, 'is not set'],
    ['', 'is not set'],
    ['s3://development-pulumi', 'is not a store of production'],
    ['s3://preproduction-pulumi', 'is not a store of production'],
    ['https://api.pulumi.com', 'is not a store of production'],
    ['production', 'is not a store of production'],
  ])('is not %j', (url, said) => expect(of(url)).toThrow(said));
});
