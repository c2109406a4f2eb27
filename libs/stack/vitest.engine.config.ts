import { projectTests } from '../../tools/vitest.ts';

/** The real engine: only where there is a `pulumi` on PATH, and only when asked for (`npm run test:engine`). */
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
