import { ledgerMessage, nameApps, plainUrl, releaseLines, releaseTrailers } from './ledger-message.ts';
import type { Outcome } from './plan.ts';

/**
 * The message of a bump commit: a line for people for each app, then trailers for programs. All of it is made
 * of checked values, so nothing can forge a trailer.
 *
 * @param landed the outcomes that this commit records
 * @param runUrl the address of the run; left out unless it is a plain http(s) URL
 */
export function bumpMessage(environment: string, landed: readonly Outcome[], runUrl?: string): string {
  return ledgerMessage({
    subject: `Release ${nameApps(landed)} to ${environment}`,
    lines: releaseLines(landed),
    trailers: [['Environment', environment], ...releaseTrailers(landed), ['Run', plainUrl(runUrl)]],
  });
}
