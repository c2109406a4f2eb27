import type { Hold } from '@slipway/gitops';

/** The author, reason and end of a hold, as a phrase after "held". */
export function describeHold({ by, reason, until }: Hold): string {
  return `by ${by} (${reason}) ${until === undefined ? 'until it is lifted' : `until ${until}`}`;
}
