import { projectTests } from '../../tools/vitest.ts';

// No test changes a module, so files may share them; most tests wait rather than compute; and some start the
// service as a process, which takes long on a busy machine.
export default projectTests({ isolate: false, maxWorkers: 2, testTimeout: 20_000 });
