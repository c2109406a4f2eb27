import { appFolder } from '../workspace/app.ts';
import { sameConfiguration, sameImage } from '../ledger/same-release.ts';
import type { EnvironmentState } from '../due/due.ts';
import { isHeld, type Image, type Release } from '../ledger/records.ts';
import { supersededOutcome } from '../eligibility/superseded.ts';
import type { Commit } from '../git/commit.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Intent } from './bump-intent.ts';

/** The outcome of one app on top of a tip. */
export async function decideApp(
  current: EnvironmentState,
  config: Commit,
  { app, image }: Intent,
  before: Release | undefined,
): Promise<Outcome> {
  const { checkout, apps } = current;
  const chart = apps.find(({ name }) => name === app)?.chart;
  if (chart === undefined)
    return { app, outcome: 'failed', reason: `${appFolder(app)} is not deployed to this environment` };
  const known = before && { before, after: before };
  if (before && isHeld(before, Date.now())) {
    return { app, outcome: 'held', reason: `by ${before.hold?.by}: ${before.hold?.reason}`, ...known };
  }
  const superseded = await supersededOutcome(current, app, before?.release.config);
  if (superseded) return { app, ...superseded, ...known };
  if (before && sameImage(before.image, image)) {
    // Chart and values are the same Git objects, so a release would change nothing.
    const next = image ? { config, chart } : { config };
    const same = await sameConfiguration(checkout, app, before.release, next);
    if (same) return { app, outcome: 'unchanged', ...known };
  }
  const after: Release = image
    ? { image, release: { source: firstSource(before, image) ?? config, config, chart } }
    : { release: { config } };
  return { app, outcome: 'landed', ...(before && { before }), after };
}

/** The recorded source of an unchanged digest. */
const firstSource = (before: Release | undefined, { digest }: Image): Commit | undefined =>
  before?.image?.digest === digest ? before.release.source : undefined;
