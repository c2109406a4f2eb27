import { projectTests } from '../tools/vitest.ts';

/** The story on a real cluster: one step after the other, and the first that fails ends it. */
export default projectTests({
  include: ['cluster/**/*.test.ts'],
  testTimeout: 600_000,
  hookTimeout: 300_000,
  bail: 1,
  reporters: ['verbose'],
});
