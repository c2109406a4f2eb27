import { projectTests } from '../../tools/vitest.ts';

// Most tests wait for git, so as many files run at once as there are cores.
export default projectTests({ maxWorkers: 2, setupFiles: ['test/support/clean-up.ts'] });
