import { listEnvironments, readEnvironment } from '@slipway/gitops';
import { Renderer, survey, workTreeCommit, type Helm, type Surveyed } from '@slipway/gitops/render';
import type { Workspace } from '../workspace.ts';

/** What is said where nothing can be rendered: no reason to fail, as a cluster is not what such a machine deploys to. */
export const NO_HELM =
  'skipped: there is no Helm 4 on this machine. Put a helm 4 on PATH to check what charts render';

/**
 * Renders what lies here, committed or not, for every environment.
 *
 * @param only names to render. @default everything
 */
export async function surveyAll(
  { root, checkout }: Workspace,
  helm: Helm,
  only?: readonly string[],
): Promise<Surveyed[]> {
  const commit = await workTreeCommit(checkout);
  const renderer = new Renderer(checkout, helm);
  const found: Surveyed[] = [];
  try {
    for (const name of await listEnvironments(root)) {
      found.push(...(await survey(checkout, renderer, await readEnvironment(root, name), commit, only)));
    }
  } finally {
    await renderer.close();
  }
  return found;
}

/** The problems of a survey, a line each, with what and where. */
export function describeProblems(found: readonly Surveyed[]): string[] {
  return found.flatMap(({ what, environment, problems }) =>
    problems.map(
      ({ place, message }) => `${what} in ${environment}: ${place === what ? '' : `${place} `}${message}`,
    ),
  );
}
