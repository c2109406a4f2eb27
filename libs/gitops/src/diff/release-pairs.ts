import { PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import { readReleases, releasedApps, type Release } from '../ledger/records.ts';
import { candidatesAt } from '../render/render-candidates.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { Platforms, ReleasePair } from './diff-releases.ts';

/** The releases to compare, including the platform. */
export interface Pairs {
  pairs: ReleasePair[];
  platforms: Platforms;
}

/** Releases by app; the platform has its own name. */
type Releases = ReadonlyMap<string, Release>;

/**
 * Pairs the releases of an environment with those that a commit would release. The images stay the released
 * ones, because the result of a build is not known in advance.
 *
 * @param commit for example HEAD, or a snapshot of the work tree
 */
export async function pairsWithReleased(
  checkout: Checkout,
  environment: Environment,
  commit: Commit,
): Promise<Pairs> {
  const released = await releasesAt(checkout, environment, undefined);
  const next = await releasesOf(checkout, environment, commit);
  return pairUp(released, withImagesOf(next, released));
}

/** Pairs what two commits would release in an environment, with the same images. */
export async function pairsOfCommits(
  checkout: Checkout,
  environment: Environment,
  base: Commit,
  commit: Commit,
): Promise<Pairs> {
  return pairUp(
    await releasesOf(checkout, environment, base),
    await releasesOf(checkout, environment, commit),
  );
}

/**
 * Pairs the releases that the ledger recorded at two of its commits.
 *
 * @throws {GitopsError} `usage` if a name is not a commit of the ledger
 */
export async function pairsOfRecords(
  checkout: Checkout,
  environment: Environment,
  before: string,
  after: string,
): Promise<Pairs> {
  return pairUp(
    await releasesAt(checkout, environment, before),
    await releasesAt(checkout, environment, after),
  );
}

function pairUp(before: Releases, after: Releases): Pairs {
  const apps = [...new Set([...before.keys(), ...after.keys()])].sort();
  return {
    pairs: apps.map((app) => ({ app, before: before.get(app), after: after.get(app) })),
    platforms: { before: before.get(PLATFORM), after: after.get(PLATFORM) },
  };
}

async function releasesOf(checkout: Checkout, environment: Environment, commit: Commit): Promise<Releases> {
  const { apps, platform } = await candidatesAt(checkout, environment, commit);
  return new Map([...apps, ...(platform ? [[PLATFORM, platform] as const] : [])]);
}

function withImagesOf(next: Releases, released: Releases): Releases {
  return new Map(
    [...next].map(([app, release]) => {
      const image = released.get(app)?.image;
      return [app, 'image' in release && image ? { ...release, image } : release] as const;
    }),
  );
}

async function releasesAt(
  checkout: Checkout,
  environment: Environment,
  name: string | undefined,
): Promise<Releases> {
  const repository = await LedgerRepository.open(checkout, environment, { history: name !== undefined });
  try {
    const newest = await repository.tip();
    const tip = name === undefined ? newest : await repository.at(await commitOf(repository, name));
    return await readReleases(tip, releasedApps(tip), environment.ledger.branch);
  } finally {
    await repository.close();
  }
}

async function commitOf(repository: LedgerRepository, name: string): Promise<Commit> {
  const found = await repository.find(name);
  if (found !== undefined) return found;
  throw new GitopsError(
    'usage',
    `${JSON.stringify(name)} is not a commit of ${repository.branch}. Its commits are in the column LEDGER of: npx slipway history <app>`,
    { value: name },
  );
}
