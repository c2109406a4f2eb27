import { projectTests } from '../tools/vitest.ts';

/** Stacks on the real engine: steps run in order, only if `pulumi` is on PATH (`npm run test:engine`). */
export default projectTests({
  include: ['engine/**/*.test.ts'],
  testTimeout: 300_000,
  hookTimeout: 120_000,
  bail: 1,
  reporters: ['verbose'],
});
