import type { Hold } from '@slipway/gitops';

/** A hold in words that follow "held": who, why and how long. */
export function describeHold({ by, reason, until }: Hold): string {
  return `by ${by} (${reason}) ${until === undefined ? 'until it is lifted' : `until ${until}`}`;
}
