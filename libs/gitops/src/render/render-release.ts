import { deployFile, PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readReleases, type Release } from '../ledger/records.ts';
import type { Checkout } from '../checkout/checkout.ts';
import { requireHelm } from './helm/find-helm.ts';
import type { Manifest } from './helm/manifest.ts';
import { Renderer } from './renderer.ts';

/**
 * Renders one release of an app or of the platform like Argo CD of the environment, offline, with the
 * released platform.
 *
 * @throws {GitopsError} `no-tool`; `invalid` or `missing-commit` if Argo CD could not render it either;
 *   `usage` if the platform is not released; `auth`, `not-found`, `network` if the ledger cannot be read
 */
export async function renderRelease(
  checkout: Checkout,
  environment: Environment,
  app: string,
  release: Release,
): Promise<readonly Manifest[]> {
  const renderer = new Renderer(checkout, await requireHelm());
  try {
    if (app === PLATFORM) return (await renderer.platform(environment, release)).manifests;
    const { platform } = await recordsToRender(checkout, environment);
    return (await renderer.app(environment, platform, app, release)).manifests;
  } finally {
    await renderer.close();
  }
}

/** The releases of the platform and of an app. */
interface RecordsToRender {
  /** Undefined for an environment without Argo CD. */
  platform: Release | undefined;
  /** Undefined before the first release. */
  release: Release | undefined;
}

/**
 * Reads the releases that are needed to render an app.
 *
 * @throws {GitopsError} `usage` if the environment has a platform that was never released
 */
export async function recordsToRender(
  checkout: Checkout,
  environment: Environment,
  app: string = PLATFORM,
): Promise<RecordsToRender> {
  const repository = await LedgerRepository.open(checkout, environment);
  try {
    const releases = await readReleases(await repository.tip(), [PLATFORM, app], environment.ledger.branch);
    const platform = releases.get(PLATFORM);
    if (platform === undefined && (await hasPlatform(checkout, environment.name))) {
      throw new GitopsError(
        'usage',
        `The platform is not released in ${environment.name}, so Argo CD runs no app there. ` +
          `Release it: npx nx deploy ${PLATFORM} -c ${environment.name}; or render the work tree: --work-tree`,
        { value: environment.name },
      );
    }
    return { platform, release: releases.get(app) };
  } finally {
    await repository.close();
  }
}

/** Whether an environment has an Argo CD: its platform has values at HEAD. */
export async function hasPlatform(checkout: Checkout, environment: string): Promise<boolean> {
  return (await checkout.objectId(await checkout.head(), deployFile(PLATFORM, environment))) !== undefined;
}
