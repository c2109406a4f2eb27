import { duplicates } from '@slipway/gitops/render';
import type { Rule } from './rule.ts';

/** No list has two entries of one key, and no object is there twice. */
export const DUPLICATES: Rule = {
  id: 'duplicates',
  find: (manifests) => duplicates(manifests).map((problem) => ({ rule: DUPLICATES.id, ...problem })),
};
