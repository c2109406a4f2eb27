import { projectTests } from '../../tools/vitest.ts';

// No test changes what another can see, so files may share their modules; many of them wait more than they work.
export default projectTests({ pool: 'threads', isolate: false, maxWorkers: 3 });
