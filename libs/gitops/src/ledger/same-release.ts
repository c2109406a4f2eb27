import { deployFolder, PLATFORM_CHART } from '../workspace/app.ts';
import type { Image, Release } from './records.ts';
import type { CommitGraph } from '../checkout/checkout.ts';

/** The configuration of a release: the commit and the chart folder. */
export type Configuration = Pick<Release['release'], 'config' | 'chart'>;

/**
 * Whether two releases of an app have the same configuration: the chart folder and the app's `deploy/` folder
 * (for the platform: all environments) are the same Git objects. Two commits that this checkout does not know
 * are different.
 */
export async function sameConfiguration(
  checkout: Pick<CommitGraph, 'objectId'>,
  app: string,
  one: Configuration,
  other: Configuration,
): Promise<boolean> {
  if (one.chart !== other.chart) return false;
  if (one.config === other.config) return true;
  const same = async (path: string) => {
    const [then, now] = await Promise.all([
      checkout.objectId(one.config, path),
      checkout.objectId(other.config, path),
    ]);
    return then !== undefined && then === now;
  };
  return (await same(one.chart ?? PLATFORM_CHART)) && (await same(deployFolder(app)));
}

/** Whether two releases have the same image in the same repository, or both have none. */
export const sameImage = (one: Image | undefined, other: Image | undefined): boolean =>
  one?.repository === other?.repository && one?.digest === other?.digest;
