import type { Release } from './records.ts';

/** The result of a run for one project. */
export type Outcome = {
  /** The project: an app, the platform or a stack. */
  app: string;
  outcome: 'landed' | 'unchanged' | 'held' | 'superseded' | 'failed';
  /** Why, if the outcome alone does not say it. */
  reason?: string;
  /** The previous release, if there was one. */
  before?: Release;
  /** The release in the ledger now, if there is one. */
  after?: Release;
};
