export { pairsOfCommits, pairsOfRecords, pairsWithReleased, type Pairs } from './diff/pairs.ts';
export { diffOutcomes, diffReleases, type Platforms, type ReleasePair } from './diff/releases.ts';
export { applicationOf, type ApplicationManifest } from './render/application-set.ts';
export {
  renderChart,
  templateArguments,
  valuesFile,
  type Chart,
  type Rendered,
  type Values,
} from './render/helm/render-chart.ts';
export { findHelm, findOnPath, requireHelm } from './render/helm/find-helm.ts';
export { helmAt, type Helm, type HelmOutcome } from './render/helm/helm.ts';
export { parseManifests, placeOf, type Manifest } from './render/helm/manifest.ts';
export { hasPlatform, recordsToRender, renderRelease, type RecordsToRender } from './render/release.ts';
export { Renderer, type RenderedRelease } from './render/renderer.ts';
export { ARGOCD_NAMESPACE, ROOT_CHART, rootValues } from './render/root.ts';
export { candidatesAt, sampleImage, workTreeCommit, type Candidates } from './render/work-tree.ts';
export { duplicates } from './render/check/duplicates.ts';
export { unpinnedImages } from './render/check/unpinned-images.ts';
export { lintChart } from './render/check/lint-chart.ts';
export { type Problem } from './render/check/problem.ts';
export { survey, type Surveyed } from './render/check/survey.ts';
