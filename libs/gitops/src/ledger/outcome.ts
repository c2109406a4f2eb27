import type { Release } from './records.ts';

/** What became of one project: a closed set. */
export type Outcome = {
  /** The project: an app, the platform or a stack. */
  app: string;
  outcome: 'landed' | 'unchanged' | 'held' | 'superseded' | 'failed';
  /** Why, where the word alone does not say it. */
  reason?: string;
  /** The release before, where there was one. */
  before?: Release;
  /** The release that the ledger holds now, where it holds one. */
  after?: Release;
};
