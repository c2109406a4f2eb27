import { projectTests } from '../../tools/vitest.ts';

// No test changes a module, so files may share them, and most tests wait rather than compute.
export default projectTests({ isolate: false, maxWorkers: 2 });
