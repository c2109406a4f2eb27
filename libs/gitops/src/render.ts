export { pairsOfCommits, pairsOfRecords, pairsWithReleased, type Pairs } from './diff/release-pairs.ts';
export { diffOutcomes, diffReleases } from './diff/diff-releases.ts';
export {
  renderChart,
  templateArguments,
  valuesFile,
  type Chart,
  type Rendered,
  type Values,
} from './render/helm/render-chart.ts';
export { findHelm, findOnPath, requireHelm } from './render/helm/find-helm.ts';
export { type Helm } from './render/helm/helm.ts';
export { parseManifests, placeOf, type Manifest } from './render/helm/manifest.ts';
export { recordsToRender, renderRelease } from './render/render-release.ts';
export { Renderer, type RenderedRelease } from './render/renderer.ts';
export { ROOT_CHART } from './render/root-values.ts';
export { candidatesAt, sampleImage, workTreeCommit } from './render/render-candidates.ts';
export { checkManifests, type Checked } from './render/check/check.ts';
export { Exceptions, EXCEPTIONS_FILE, nameOf, type Exception } from './render/check/exceptions.ts';
export { lintChart } from './render/check/lint-chart.ts';
export { type Problem } from './render/check/problem.ts';
export { APP_RULES, PLATFORM_RULES, RULES } from './render/check/rules/all.ts';
export { type Rule, type RuleText } from './render/check/rules/rule.ts';
export { survey, type Surveyed } from './render/check/survey.ts';
