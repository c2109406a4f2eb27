import type { TargetConfiguration } from '@nx/devkit';
import { ENVIRONMENTS, PLATFORM_CHART } from '@slipway/gitops';

/** The file with the exceptions from rules, with reasons. */
const EXCEPTIONS = '{workspaceRoot}/deploy/exceptions.yaml';

/**
 * Inputs of rendering besides the packages of the lockfile: the Helm on PATH, because the commands skip
 * without Helm, and the renderer with its rules.
 *
 * @param renderer the folder of the renderer's sources, if it is in this workspace
 */
const toolsOf = (renderer: string | undefined): NonNullable<TargetConfiguration['inputs']> => [
  { runtime: 'helm version --short 2>/dev/null || true' },
  ...(renderer ? [`{workspaceRoot}/${renderer}/**/*`] : []),
];

/** Makes the target that checks charts with each of their scenarios. */
export function lintTarget(charts: readonly string[], renderer: string | undefined): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `slipway lint ${charts.join(' ')}` },
    cache: true,
    inputs: ['{projectRoot}/**/*', EXCEPTIONS, ...toolsOf(renderer)],
    metadata: { description: 'Check the chart with each of the scenarios in its folder ci/' },
  };
}

/**
 * Makes the target that renders an app for every environment, as Argo CD does, and checks the objects.
 *
 * @param name an app or the platform
 * @param root its folder
 * @param sources inputs besides the platform and all environments
 * @param renderer the folder of the renderer's sources, if it is in this workspace
 */
export function renderTarget(
  name: string,
  root: string,
  sources: readonly string[],
  renderer: string | undefined,
): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    options: { command: `slipway render ${name} --all --output ${root}/dist/render` },
    cache: true,
    inputs: [
      ...sources,
      ...[PLATFORM_CHART, ENVIRONMENTS].map((folder) => `{workspaceRoot}/${folder}/**/*`),
      EXCEPTIONS,
      ...toolsOf(renderer),
    ],
    outputs: ['{projectRoot}/dist/render'],
    metadata: { description: 'Render for every environment as Argo CD does, and check the objects' },
  };
}
