import { ledgerMessage, nameApps, releaseLines, releaseTrailers } from '../ledger/message.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { plainUrl } from '../text/one-line.ts';

/**
 * The message of a bump commit: a line for people for each project, then trailers for programs. All of it is made
 * of checked values, so nothing can forge a trailer.
 *
 * @param landed the outcomes that this commit records
 * @param options.due stacks that it makes due
 * @param options.runUrl the address of the run; left out unless it is a plain http(s) URL
 */
export function bumpMessage(
  environment: string,
  landed: readonly Outcome[],
  { due, runUrl }: { due: readonly string[]; runUrl?: string | undefined },
): string {
  return ledgerMessage({
    subject: subjectOf(environment, landed, due),
    lines: [
      ...releaseLines(landed),
      ...due.map((stack) => `${stack}: the cloud may hold what no record tells`),
    ],
    trailers: [
      ['Environment', environment],
      ...releaseTrailers(landed),
      ...due.map((stack) => ['Due', stack] as const),
      ['Run', plainUrl(runUrl)],
    ],
  });
}

function subjectOf(environment: string, landed: readonly Outcome[], due: readonly string[]): string {
  if (landed.length > 0) return `Release ${nameApps(landed)} to ${environment}`;
  return due.length > 0
    ? `Keep ${due.join(', ')} due in ${environment}`
    : `Settle what was due in ${environment}`;
}
