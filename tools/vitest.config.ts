import { projectTests } from './vitest.ts';

export default projectTests();
