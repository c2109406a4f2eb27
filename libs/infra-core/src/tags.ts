/** The tags of every resource that supports tags. */
export interface Tags {
  environment: string;
  /** The stack that creates the resource. */
  stack: string;
  'managed-by': 'slipway';
}

export function tagsFor(environment: string, stack: string): Tags {
  return { environment, stack, 'managed-by': 'slipway' };
}

/** The tags as sorted `key:value` texts, for clouds whose tags have no values: `environment:development`. */
export function tagWords(tags: Tags): string[] {
  return Object.entries(tags)
    .map(([key, value]) => `${key}:${value}`)
    .sort();
}
