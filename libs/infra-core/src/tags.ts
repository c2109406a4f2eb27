/** What every resource says about itself, as far as its cloud has tags. */
export interface Tags {
  environment: string;
  /** The stack that makes it. */
  stack: string;
  'managed-by': 'slipway';
}

export function tagsFor(environment: string, stack: string): Tags {
  return { environment, stack, 'managed-by': 'slipway' };
}

/** The same as words, for clouds whose tags have no values: `environment:development`. Sorted. */
export function tagWords(tags: Tags): string[] {
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value}`)
    .sort();
}
