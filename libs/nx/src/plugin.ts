export { createNodesV2 } from './targets/create-nodes.ts';
export { preTasksExecution } from './tasks/before-tasks.ts';
export { postTasksExecution } from './tasks/after-tasks.ts';
