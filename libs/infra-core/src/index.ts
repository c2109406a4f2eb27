export type { ClusterOutputs } from './cluster-outputs.ts';
export { InfraError, type InfraErrorCode } from './error.ts';
export { nameFor } from './name.ts';
export { reasonsOf, type Relaxation } from './relaxations.ts';
export {
  ACCOUNT_ID,
  GITHUB_ID,
  GITHUB_NAME,
  KUBERNETES_VERSION,
  REGION,
  Settings,
  type Rule,
} from './settings.ts';
export { stackProgram } from './stack-program.ts';
export { tagsFor, tagWords, type Tags } from './tags.ts';
