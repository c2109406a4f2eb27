export { pairsOfCommits, pairsOfRecords, pairsWithReleased, type Pairs } from '../diff/pairs.ts';
export { diffOutcomes, diffReleases, type Platforms, type ReleasePair } from '../diff/releases.ts';
export { applicationOf, type Application } from './application-set.ts';
export {
  renderChart,
  templateArguments,
  valuesFile,
  type Chart,
  type Rendered,
  type Values,
} from './chart.ts';
export { findHelm, findOnPath, requireHelm } from './find-helm.ts';
export { helmAt, type Helm, type HelmOutcome } from './helm.ts';
export { parseManifests, placeOf, type Manifest } from './manifest.ts';
export { hasPlatform, recordsToRender, renderRelease, type RecordsToRender } from './release.ts';
export { Renderer, type RenderedRelease } from './renderer.ts';
export { ARGOCD_NAMESPACE, ROOT_CHART, rootValues } from './root.ts';
export { candidatesAt, sampleImage, workTreeCommit, type Candidates } from './work-tree.ts';
export { duplicates } from './duplicates.ts';
export { unpinnedImages } from './images.ts';
export { lintChart } from './lint-chart.ts';
export { type Problem } from './problem.ts';
export { survey, type Surveyed } from './survey.ts';
