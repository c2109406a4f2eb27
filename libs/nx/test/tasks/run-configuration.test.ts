import { describe, expect, it } from 'vitest';
import { namesDeploy, requestedConfiguration } from '../../src/tasks/run-configuration.ts';

describe('requestedConfiguration', () => {
  it.each([
    ['affected -t build test deploy -c development', 'development'],
    ['affected -t deploy -c=development', 'development'],
    ['run-many --targets=deploy --configuration production', 'production'],
    ['run-many --targets=deploy --configuration=production', 'production'],
    ['run sample-api:deploy:development', 'development'],
    ['deploy sample-api', undefined],
    ['run sample-api:deploy', undefined],
    ['run-many -t deploy -- -c nothing', undefined],
  ])('reads `nx %s` as %s', (line, expected) => {
    expect(requestedConfiguration(line.split(' '))).toBe(expected);
  });
});

describe('namesDeploy', () => {
  it.each([
    ['affected -t build test deploy', true],
    ['affected --targets=build,deploy', true],
    ['run sample-api:deploy', true],
    ['run sample-api:deploy:development', true],
    ['deploy sample-api', true],
    ['build sample-api', false],
    ['run-many -t build --exclude=deploy-tools', false],
    ['run-many -t deployment', false],
  ])('of `nx %s` is %s', (line, expected) => {
    expect(namesDeploy(line.split(' '))).toBe(expected);
  });
});
