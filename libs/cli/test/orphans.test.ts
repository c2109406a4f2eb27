import { expect, it } from 'vitest';
import { orphanLines } from '../src/commands/stack/orphans.ts';

const folder = new URL('../../../infra/production/cluster', import.meta.url).pathname;

it('names stacks that were applied and whose folder is gone, and no others', () => {
  expect(orphanLines(['cluster', 'foundation', 'vpn'], folder)).toEqual([
    expect.stringMatching(/infra\/production\/vpn is gone.*orphan/),
  ]);
});
