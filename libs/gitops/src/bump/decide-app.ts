import { appFolder } from '../workspace/app.ts';
import { sameConfiguration, sameImage } from '../ledger/same-release.ts';
import type { EnvironmentState } from '../due/due.ts';
import type { Image, Release } from '../ledger/records.ts';
import { supersededOutcome } from '../due/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Intent } from './intent.ts';
import { isHeld } from '../ledger/held.ts';

/** The fate of one app on top of one tip. */
export async function decideApp(
  current: EnvironmentState,
  config: Commit,
  { app, image }: Intent,
  before: Release | undefined,
): Promise<Outcome> {
  const { checkout, apps } = current;
  const chart = apps.find(({ name }) => name === app)?.chart;
  if (chart === undefined)
    return { app, outcome: 'failed', reason: `${appFolder(app)} is not deployed here` };
  const known = before && { before, after: before };
  if (before && isHeld(before, Date.now())) {
    return { app, outcome: 'held', reason: `by ${before.hold?.by}: ${before.hold?.reason}`, ...known };
  }
  const overtaken = await supersededOutcome(current, app, before?.release.config);
  if (overtaken) return { app, ...overtaken, ...known };
  if (before && sameImage(before.image, image)) {
    // Chart and values are the same Git objects: releasing it would change nothing.
    const next = image ? { config, chart } : { config };
    const same = await sameConfiguration(checkout, app, before.release, next);
    if (same) return { app, outcome: 'unchanged', ...known };
  }
  const after: Release = image
    ? { image, release: { source: firstSource(before, image) ?? config, config, chart } }
    : { release: { config } };
  return { app, outcome: 'landed', ...(before && { before }), after };
}

/** Where a digest that stays came from first. */
const firstSource = (before: Release | undefined, { digest }: Image): Commit | undefined =>
  before?.image?.digest === digest ? before.release.source : undefined;
