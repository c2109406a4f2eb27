import { projectTests } from '../../tools/vitest.ts';

// Test files can share modules, because no test changes a module. Most tests wait, so two workers are enough.
export default projectTests({ isolate: false, maxWorkers: 2 });
