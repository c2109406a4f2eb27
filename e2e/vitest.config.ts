import { projectTests } from '../tools/vitest.ts';

export default projectTests({ testTimeout: 60_000, hookTimeout: 60_000 });
