import { projectTests } from '../../tools/vitest.ts';

// A story of several runs starts git a few hundred times, which takes seconds on a busy machine.
export default projectTests({ testTimeout: 60_000 });
