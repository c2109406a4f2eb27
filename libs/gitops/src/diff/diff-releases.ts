import { PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Release } from '../ledger/records.ts';
import { requireHelm } from '../render/helm/find-helm.ts';
import { recordsToRender } from '../render/render-release.ts';
import type { Manifest } from '../render/helm/manifest.ts';
import { Renderer } from '../render/renderer.ts';
import type { Checkout } from '../checkout/checkout.ts';
import { diffManifests } from './diff-manifests.ts';
import type { AppDiff } from './print-diff.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** Two releases of one app. A missing release has no objects. */
export interface ReleasePair {
  app: string;
  before: Release | undefined;
  after: Release | undefined;
}

/** The platform of an environment before and after; its values are part of what apps render. */
export interface Platforms {
  before: Release | undefined;
  after: Release | undefined;
}

/**
 * The changes that Argo CD of an environment would make if each second release replaced the first. Rendered
 * offline, by object, with masked secrets.
 *
 * @throws {GitopsError} `no-tool`; `invalid` or `missing-commit` if Argo CD could not render a release either
 */
export async function diffReleases(
  checkout: Checkout,
  environment: Environment,
  pairs: readonly ReleasePair[],
  platforms: Platforms,
): Promise<AppDiff[]> {
  const renderer = new Renderer(checkout, await requireHelm());
  const render = async (
    app: string,
    release: Release | undefined,
    platform: Release | undefined,
  ): Promise<readonly Manifest[]> => {
    if (release === undefined) return [];
    if (app === PLATFORM) return (await renderer.platform(environment, release)).manifests;
    return (await renderer.app(environment, platform, app, release)).manifests;
  };
  try {
    const diffs: AppDiff[] = [];
    for (const { app, before, after } of pairs) {
      const was = await render(app, before, platforms.before);
      const is = await render(app, after, platforms.after);
      diffs.push({ app, objects: diffManifests(was, is) });
    }
    return diffs;
  } finally {
    await renderer.close();
  }
}

/**
 * Like {@link diffReleases}, for the outcomes of a bump or a promotion, with the platform of the ledger's
 * tip.
 */
export async function diffOutcomes(
  checkout: Checkout,
  environment: Environment,
  outcomes: readonly Outcome[],
): Promise<AppDiff[]> {
  const { platform } = await recordsToRender(checkout, environment);
  const own = outcomes.find(({ app }) => app === PLATFORM);
  const platforms = { before: own?.before ?? platform, after: own?.after ?? platform };
  const pairs = outcomes.map(({ app, before, after }) => ({ app, before, after }));
  return diffReleases(checkout, environment, pairs, platforms);
}
