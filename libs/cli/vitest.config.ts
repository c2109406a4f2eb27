import { projectTests } from '../../tools/vitest.ts';

// A story of several commands starts git some hundred times, which takes seconds on a busy machine.
export default projectTests({ testTimeout: 60_000 });
