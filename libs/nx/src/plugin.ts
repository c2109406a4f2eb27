export { createNodesV2 } from './create-nodes.ts';
export { preTasksExecution } from './before-tasks.ts';
export { postTasksExecution } from './after-tasks.ts';
