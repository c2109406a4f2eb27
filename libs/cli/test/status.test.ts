import { expect, it } from 'vitest';
import type { AppStatus, EnvironmentStatus } from '@slipway/gitops';
import { statusText } from '../src/commands/status.ts';

const commit = (digit: string) => digit.repeat(40);
const image = (digit: string) => ({
  repository: 'registry.example/team/payments-gateway',
  tag: `sha-${digit.repeat(12)}`,
  digest: `sha256:${digit.repeat(64)}`,
});
const release = (digit: string) => ({
  image: image(digit),
  release: { source: commit(digit), config: commit(digit), chart: 'deploy/charts/service' },
});

const applied = (digit: string) => ({ source: commit(digit), graph: `sha256:${digit.repeat(64)}` });

const status = (environment: string, app: Partial<AppStatus>): EnvironmentStatus => ({
  environment,
  ledger: { remote: 'origin', branch: `env/${environment}` },
  state: { pending: [] },
  apps: [
    {
      app: 'payments-gateway',
      release: release('a'),
      committedAt: Date.now() - 90_000_000,
      behind: 12,
      drift: ['chart', 'values', 'image'],
      pending: true,
      held: true,
      orphan: false,
      ...app,
    },
  ],
  stacks: [],
});

it('a status with all columns and the preview of a promotion fits into 120 columns', () => {
  const production = status('production', {});
  production.promotion = {
    from: 'development',
    outcomes: [
      { app: 'payments-gateway', outcome: 'landed', before: release('a'), after: release('b') },
      { app: 'web', outcome: 'unchanged', before: release('a'), after: release('a') },
    ],
  };
  const text = statusText([status('development', { pending: false, held: false }), production]);
  expect(text).toMatch(
    /^payments-gateway +development +sha-aaaaaaaaaaaa +aaaaaaaa +aaaaaaaa +1d +12 +chart\+values\+image +released$/m,
  );
  expect(text).toMatch(/^payments-gateway +production .* held, pending$/m);
  expect(text).toContain('A promotion from development to production would affect 1 of 2 apps:');
  expect(text).toMatch(/^payments-gateway +release +sha-aaaaaaaaaaaa -> sha-bbbbbbbbbbbb$/m);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
});

it('prints how to remove a released app that is no longer deployed', () => {
  const text = statusText([status('production', { app: 'legacy', orphan: true, held: false })]);
  expect(text).toMatch(/^legacy +production .* orphan, pending$/m);
  expect(text).toContain('To remove it: npx slipway remove legacy --env production');
});

it('has a table of stacks, and names applied stacks without a folder', () => {
  const production: EnvironmentStatus = {
    ...status('production', {}),
    stacks: [
      { stack: 'production-cluster', applied: applied('c'), pending: false, orphan: false },
      { stack: 'production-dns', pending: true, orphan: false },
      { stack: 'production-vpn', applied: applied('d'), pending: false, orphan: true },
    ],
  };
  const text = statusText([production]);
  expect(text).toMatch(/^production-cluster +production +graph-c{12} +c{8} +applied$/m);
  expect(text).toMatch(/^production-dns +production +- +- +pending, not applied$/m);
  expect(text).toMatch(/^production-vpn +production +graph-d{12} +d{8} +orphan$/m);
  expect(text).toContain('npx slipway remove production-vpn --env production');
});

it('names a ledger that cannot be read, with the reason', () => {
  const text = statusText([{ environment: 'production', error: 'origin has no branch' }]);
  expect(text).toBe('No app is deployed to any environment.\nproduction: origin has no branch');
});
