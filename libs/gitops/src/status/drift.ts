import { appFolder, deployFolder, PLATFORM } from '../workspace/app.ts';
import type { Configuration } from '../ledger/same-release.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import type { HistoryWalk } from '../checkout/history-walk.ts';

/**
 * A difference between a release and HEAD: the chart, the app's `deploy/` folder, or the rest of its folder,
 * from which its image is built. Changes of libraries are not included; `slipway affected` finds them.
 */
export type Drift = 'chart' | 'values' | 'image';

/** What HEAD would change in a release, compared by content, so a reverted change is not a difference. */
export async function driftOf(
  checkout: Checkout,
  walk: HistoryWalk,
  app: string,
  then: Configuration,
  now: Configuration,
): Promise<Drift[]> {
  const differs = async (folder: string, compare: (folder: string) => Promise<boolean>) =>
    !walk.isSame(then.config, folder) && (await compare(folder));
  const objects = async (folder: string) =>
    (await checkout.objectId(then.config, folder)) !== (await checkout.objectId(now.config, folder));
  const code = async (folder: string) =>
    (await withoutValues(checkout, then.config, folder)) !==
    (await withoutValues(checkout, now.config, folder));
  const [chart, values, image] = await Promise.all([
    then.chart === now.chart ? differs(now.chart as string, objects) : true,
    differs(deployFolder(app), objects),
    app !== PLATFORM && differs(appFolder(app), code),
  ]);
  return [
    ...(chart ? (['chart'] as const) : []),
    ...(values ? (['values'] as const) : []),
    ...(image ? (['image'] as const) : []),
  ];
}

/** The entries of an app's folder without `deploy/`. */
async function withoutValues(checkout: Checkout, commit: Commit, folder: string): Promise<string> {
  const entries = [...(await checkout.readFolder(commit, folder))].filter(([name]) => name !== 'deploy');
  return JSON.stringify(entries);
}
