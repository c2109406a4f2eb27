import { projectTests } from '../tools/vitest.ts';

/** The test on a real cluster: steps run in order, and the first failure ends it. */
export default projectTests({
  include: ['cluster/**/*.test.ts'],
  testTimeout: 600_000,
  hookTimeout: 300_000,
  bail: 1,
  reporters: ['verbose'],
});
