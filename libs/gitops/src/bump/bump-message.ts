import { ledgerMessage, nameApps, releaseLines, releaseTrailers } from '../ledger/ledger-message.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { plainUrl } from '../text/one-line.ts';

/**
 * The message of a bump commit: a line for each project, then trailers for programs. All values are checked,
 * so no value can add a trailer.
 *
 * @param landed the outcomes that this commit records
 * @param options.due the stacks that it makes due
 * @param options.runUrl the address of the run; omitted unless it is a plain http(s) URL
 */
export function bumpMessage(
  environment: string,
  landed: readonly Outcome[],
  { due, runUrl }: { due: readonly string[]; runUrl?: string | undefined },
): string {
  return ledgerMessage({
    subject: subjectOf(environment, landed, due),
    lines: [...releaseLines(landed), ...due.map((stack) => `${stack}: the cloud may differ from the record`)],
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
    : `Update what is due in ${environment}`;
}
