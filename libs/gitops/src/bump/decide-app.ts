import { appFolder } from '../workspace/app.ts';
import { sameConfiguration, sameImage } from '../ledger/same-release.ts';
import type { Situation } from '../due/due.ts';
import type { Image, Release } from '../ledger/records.ts';
import { isOvertaken } from '../due/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Intent } from './intent.ts';
import { isHeld } from '../ledger/held.ts';

/** The fate of one app on top of one tip. */
export async function decide(
  situation: Situation,
  config: Commit,
  { app, image }: Intent,
  before: Release | undefined,
): Promise<Outcome> {
  const { source, apps } = situation;
  const chart = apps.find(({ name }) => name === app)?.chart;
  if (chart === undefined)
    return { app, outcome: 'failed', reason: `${appFolder(app)} is not deployed here` };
  const known = before && { before, after: before };
  if (before && isHeld(before, Date.now())) {
    return { app, outcome: 'held', reason: `by ${before.hold?.by}: ${before.hold?.reason}`, ...known };
  }
  const overtaken = await isOvertaken(situation, app, before?.release.config);
  if (overtaken) return { app, ...overtaken, ...known };
  if (before && sameImage(before.image, image)) {
    // Chart and values are the same Git objects: releasing it would change nothing.
    const next = image ? { config, chart } : { config };
    const same = await sameConfiguration(source, app, before.release, next);
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
