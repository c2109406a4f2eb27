import { projectTests } from '../../tools/vitest.ts';

/** Tests with the real engine, for `npm run test:engine`. They are skipped if `pulumi` is not on PATH. */
export default projectTests(
  {
    include: ['engine-test/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    reporters: ['verbose'],
  },
  ['@slipway/source', 'node', 'development|production'],
);
