import { PLATFORM } from '../../workspace/app.ts';
import type { Environment } from '../../workspace/environment.ts';
import { GitopsError } from '../../error.ts';
import type { Release } from '../../ledger/records.ts';
import type { Checkout } from '../../checkout/checkout.ts';
import type { Commit } from '../../git/commit.ts';
import { appValuesProblems } from './app-values.ts';
import type { Rendered } from '../helm/render-chart.ts';
import { duplicates } from './duplicates.ts';
import { unpinnedImages } from './unpinned-images.ts';
import type { Problem } from './problem.ts';
import type { Renderer } from '../renderer.ts';
import { candidatesAt } from '../work-tree.ts';

/** One thing in one environment: what Argo CD would make of it, or why it could not. */
export interface Surveyed {
  /** An app, `platform`, or `root`. */
  readonly what: string;
  readonly environment: string;
  /** Undefined where it cannot be rendered. */
  readonly rendered?: Rendered;
  readonly problems: readonly Problem[];
}

/**
 * Renders everything that a commit deploys to an environment, as if it were released there, with samples of images, and
 * looks for what a cluster would refuse or nobody would want.
 *
 * @param only names to look at. @default the root, the platform and every app
 */
export async function survey(
  checkout: Checkout,
  renderer: Renderer,
  environment: Environment,
  commit: Commit,
  only?: readonly string[],
): Promise<Surveyed[]> {
  const { platform, apps } = await candidatesAt(checkout, environment, commit);
  const look = async (
    what: string,
    render: () => Promise<Rendered>,
    further?: Further,
  ): Promise<Surveyed[]> => {
    if (only && !only.includes(what)) return [];
    return [{ what, environment: environment.name, ...(await examine(what, render, further)) }];
  };
  const found: Surveyed[] = [];
  if (platform) {
    found.push(...(await look('root', () => renderer.root(environment, commit))));
    found.push(...(await look(PLATFORM, () => renderer.platform(environment, platform))));
  }
  for (const [app, release] of apps) {
    const further: Further = ({ manifests }) =>
      appValuesProblems(checkout, commit, app, environment.name, manifests, platform !== undefined);
    found.push(
      ...(await look(app, () => renderer.app(environment, platform, app, release as Release), further)),
    );
  }
  return found;
}

type Further = (rendered: Rendered) => Promise<Problem[]>;

async function examine(
  what: string,
  render: () => Promise<Rendered>,
  further: Further = () => Promise.resolve([]),
): Promise<Pick<Surveyed, 'rendered' | 'problems'>> {
  try {
    const rendered = await render();
    const { manifests } = rendered;
    const problems = [...duplicates(manifests), ...unpinnedImages(manifests), ...(await further(rendered))];
    return { rendered, problems };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { problems: [{ place: what, message: error.message }] };
  }
}
