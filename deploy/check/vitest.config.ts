import { projectTests } from '../../tools/vitest.ts';

// No test changes a module, so files may share them: the schemas of Kubernetes take long to load.
export default projectTests({ isolate: false, maxWorkers: 2 });
