export { affectedBase } from './affected-base.ts';
export {
  appsAt,
  DEFAULT_CHART,
  deployFile,
  isDeployedTo,
  PLATFORM,
  PLATFORM_CHART,
  type App,
} from './app.ts';
export { Applied } from './applied.ts';
export { appliedStacks, assertMayApply } from './applied-stacks.ts';
export { bump, type BumpRequest, type BumpResult } from './bump.ts';
export { bumpTable, orphanApp, orphanStack } from './bump-table.ts';
export { actorOf, runUrlOf } from './ci.ts';
export {
  deployedByRuns,
  dueProjects,
  standing,
  type ChangedProjects,
  type Situation,
  type Standing,
} from './due.ts';
export {
  ENVIRONMENTS,
  EnvironmentFile,
  listEnvironments,
  readEnvironment,
  type Environment,
} from './environment.ts';
export { bumpFiles, type BumpFilesRequest, type BumpFilesResult } from './file/bump-files.ts';
export { type FileChange, type FileEdit, type Order } from './file/edit-file.ts';
export { GitopsError, type GitopsErrorCode } from './error.ts';
export { history, type HistoryEntry } from './history.ts';
export { type CopyImage, type ImageCopy } from './image-copies.ts';
export { diffManifests, type ObjectChange } from './diff/diff.ts';
export { diffMarkdown, diffText, type AppDiff } from './diff/print.ts';
export { hold, unhold, type Hold, type HoldOptions, type HoldResult, type UnholdResult } from './hold.ts';
export { type Action } from './ledger-message.ts';
export {
  AppRelease,
  LEDGER_FILE,
  LedgerState,
  PlatformRelease,
  releaseFile,
  type Image,
  type Release,
} from './ledger.ts';
export { type Failure, type Intent, type Outcome, type Plan } from './plan.ts';
export {
  promote,
  type FromSource,
  type Objection,
  type PromoteRequest,
  type PromoteResult,
} from './promote.ts';
export { publishedFrom, type BuiltImages } from './published-releases.ts';
export { promotionTable } from './promotion-table.ts';
export { assertReleasable, type Releasable } from './releasable.ts';
export { removeRelease } from './remove.ts';
export { rollback, type RollbackOptions, type RollbackResult } from './rollback.ts';
export {
  BEGUN,
  listRuns,
  pruneRuns,
  readRunResults,
  RunResult,
  RUNS,
  wishesOf,
  writeRunResult,
} from './run-result.ts';
export { readSituation } from './situation.ts';
export { type StackStatus } from './stack-status.ts';
export { Source, type Commit, type Mainline } from './source.ts';
export { isStackOf, stackProject, stacksAt, type Stack } from './stack.ts';
export { type Branch } from './repository/branch.ts';
export { type CommitOptions, type Identity } from './repository/identity.ts';
export { classifyRejection, type Rejection } from './rejection.ts';
export { type Drift } from './drift.ts';
export { previewText, promotedFrom, type PromotionPreview } from './promotion-preview.ts';
export type { UnreadableStatus } from './environment-reading.ts';
export { environmentStatus, environmentStatuses, type AppStatus, type EnvironmentStatus } from './status.ts';
export { table } from './table.ts';
export { parseUntil } from './until.ts';
export {
  addKey,
  formatPath,
  getValue,
  parsePath,
  setValue,
  ValuesError,
  type Path,
  type Value,
  type ValuesErrorCode,
} from './values/index.ts';
export {
  argoCdApi,
  argoCdByKubectl,
  belongsTo,
  causesOf,
  expectedOf,
  findContext,
  readApplication,
  verdict,
  waitForRelease,
  type Application,
  type ArgoCd,
  type ArgoCdApiOptions,
  type Cause,
  type Expected,
  type Kubectl,
  type Verdict,
  type WaitRequest,
  type WaitResult,
} from './argocd/index.ts';
export { unpackTool, type Tool } from './unpack-tool.ts';
