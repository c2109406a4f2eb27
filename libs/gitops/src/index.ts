export { affectedBase } from './due/affected-base.ts';
export {
  appsAt,
  DEFAULT_CHART,
  deployFile,
  isDeployedTo,
  PLATFORM,
  PLATFORM_CHART,
  type App,
} from './workspace/app.ts';
export { Applied } from './ledger/applied-record.ts';
export { appliedStacks, assertMayApply } from './eligibility/may-apply.ts';
export { bump, type BumpRequest, type BumpResult } from './bump/bump.ts';
export { bumpTable, orphanApp, orphanStack } from './bump/bump-table.ts';
export { actorOf, runUrlOf } from './workspace/ci-run.ts';
export { deployedByRuns, dueProjects, type ChangedProjects, type EnvironmentState } from './due/due.ts';
export {
  ENVIRONMENTS,
  listEnvironments,
  readEnvironment,
  type Environment,
} from './workspace/environment.ts';
export { bumpFiles, type BumpFilesRequest, type BumpFilesResult } from './bump-files/bump-files.ts';
export { type FileChange, type FileEdit, type NewerWins } from './bump-files/edit-file.ts';
export { GitopsError, type GitopsErrorCode } from './error.ts';
export { history, type HistoryEntry } from './ledger/ledger-history.ts';
export { type CopyImage, type ImageCopy } from './promote/copy-images.ts';
export { diffManifests, type ObjectChange } from './diff/diff-manifests.ts';
export { diffMarkdown, diffText, type AppDiff } from './diff/print-diff.ts';
export {
  hold,
  unhold,
  type Hold,
  type HoldOptions,
  type HoldResult,
  type UnholdResult,
} from './interventions/hold.ts';
export { type Image, type Release } from './ledger/records.ts';
export {
  promote,
  type FromSource,
  type Objection,
  type PromoteRequest,
  type PromoteResult,
} from './promote/promote.ts';
export { publishedFrom, type BuiltImages } from './promote/published-from.ts';
export { promotionTable } from './promote/promotion-table.ts';
export { assertReleasable, type Releasable } from './eligibility/releasable.ts';
export { removeRelease } from './interventions/remove.ts';
export { rollback, type RollbackOptions, type RollbackResult } from './interventions/rollback.ts';
export {
  BEGUN,
  listRuns,
  pruneRuns,
  readRunResults,
  RunResult,
  intentsOf,
  writeRunResult,
} from './bump/run-result.ts';
export { readEnvironmentState } from './due/read-due-state.ts';
export { type StackStatus } from './status/stack-status.ts';
export { Checkout } from './checkout/checkout.ts';
export type { Commit } from './git/commit.ts';
export { isStackOf, stackProject, type Stack } from './workspace/stack.ts';
export { type Branch } from './branch/branch.ts';
export { type CommitOptions, type Identity } from './git/commit-identity.ts';
export { previewText, promotedFrom, type PromotionPreview } from './promote/promotion-preview.ts';
export type { UnreadableStatus } from './status/read-status.ts';
export {
  environmentStatus,
  environmentStatuses,
  type AppStatus,
  type EnvironmentStatus,
} from './status/status.ts';
export { parseUntil } from './text/parse-until.ts';
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
  expectedOf,
  findContext,
  runKubectl,
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
export type { Outcome } from './ledger/outcome.ts';
export type { Failure, Intent } from './bump/bump-intent.ts';
