import { PLATFORM } from '../../workspace/app.ts';
import type { Environment } from '../../workspace/environment.ts';
import { GitopsError } from '../../error.ts';
import type { Release } from '../../ledger/records.ts';
import type { Checkout } from '../../checkout/checkout.ts';
import type { Commit } from '../../git/commit.ts';
import type { Rendered } from '../helm/render-chart.ts';
import type { Renderer } from '../renderer.ts';
import { candidatesAt } from '../render-candidates.ts';
import { checkManifests, type Checked } from './check.ts';
import type { Exceptions } from './exceptions.ts';
import { APP_RULES, PLATFORM_RULES } from './rules/all.ts';
import { readValuesFiles, type AppSettings } from './app-settings.ts';
import type { Rule } from './rules/rule.ts';

/** One app, the platform or the root in one environment: what Argo CD would render, and what is wrong with it. */
export interface Surveyed extends Checked {
  /** An app, `platform`, or `root`. */
  readonly what: string;
  readonly environment: string;
  /** Undefined if it cannot be rendered. */
  readonly rendered?: Rendered;
}

/**
 * Renders everything that a commit deploys to an environment, as if it were released there, with samples of images, and
 * checks it by the rules.
 *
 * @param exceptions the breaches that are allowed
 * @param only names to look at. @default the root, the platform and every app
 */
export async function survey(
  checkout: Checkout,
  renderer: Renderer,
  environment: Environment,
  commit: Commit,
  exceptions: Exceptions,
  only?: readonly string[],
): Promise<Surveyed[]> {
  const { platform, apps } = await candidatesAt(checkout, environment, commit);
  const { name } = environment;
  const found: Surveyed[] = [];
  const add = async (what: string, rules: readonly Rule[], target: Target): Promise<void> => {
    if (only && !only.includes(what)) return;
    const { problems, ...rest } = await examine(what, rules, target);
    const left = exceptions.withoutAllowed(problems, { app: what, environment: name });
    found.push({ what, environment: name, problems: left, ...rest });
  };
  if (platform) {
    await add('root', PLATFORM_RULES, { render: () => renderer.root(environment, commit) });
    await add(PLATFORM, PLATFORM_RULES, { render: () => renderer.platform(environment, platform) });
  }
  for (const [app, release] of apps) {
    await add(app, APP_RULES, {
      render: () => renderer.app(environment, platform, app, release as Release),
      settings: async () => ({
        files: await readValuesFiles(checkout, commit, app, name),
        environment: name,
        hasPlatform: platform !== undefined,
      }),
    });
  }
  return found;
}

/** One app, the platform or the root, to render. */
interface Target {
  readonly render: () => Promise<Rendered>;
  readonly settings?: () => Promise<AppSettings>;
}

async function examine(
  what: string,
  rules: readonly Rule[],
  { render, settings }: Target,
): Promise<Omit<Surveyed, 'what' | 'environment'>> {
  try {
    const rendered = await render();
    return { rendered, ...(await checkManifests(rules, rendered.manifests, await settings?.())) };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { problems: [{ place: what, message: error.message }], missingPackages: [] };
  }
}
