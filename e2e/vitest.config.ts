import { projectTests } from '../tools/vitest.ts';

export default projectTests();
