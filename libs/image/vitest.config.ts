import { projectTests } from '../../tools/vitest.ts';

// No test changes what another can see, so files may share their modules; many of them wait more than they work.
// On a machine that is busy with something else, a test that works for two seconds may take ten.
export default projectTests({ pool: 'threads', isolate: false, maxWorkers: 3, testTimeout: 20_000 });
