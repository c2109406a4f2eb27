import type { AppSettings } from '../app-settings.ts';
import type { Manifest } from '../../helm/manifest.ts';
import type { Models } from '../manifests/models.ts';
import type { Problem } from '../problem.ts';

/** What rules look at: everything that one app, the platform or a scenario of a chart renders. */
export interface Subject {
  readonly manifests: readonly Manifest[];
  readonly models: Models;
  /** The app's own values and its environment; undefined for the platform and for a chart without an app. */
  readonly settings?: AppSettings | undefined;
}

/** A breach of a rule: where it is, and a message that is more exact than the rule's. */
export type Finding = Pick<Problem, 'place'> & Partial<Pick<Problem, 'message' | 'remedy'>>;

/** A rule as people read it. */
export interface RuleText {
  /** Its name, in `deploy/exceptions.yaml` too. */
  readonly id: string;
  /** What is wrong: the predicate of a sentence whose subject is the object. */
  readonly message: string;
  /** What happens if the rule is broken. */
  readonly reason: string;
  /** The standard or the documentation that the rule follows. */
  readonly source: string;
  /** What to change. */
  readonly remedy: string;
}

/** A rule about everything that is rendered, looked at as a whole. */
export interface Rule extends RuleText {
  readonly find: (subject: Subject) => readonly Finding[];
}

/** Every breach of some rules. */
export function findProblems(rules: readonly Rule[], subject: Subject): Problem[] {
  return rules.flatMap(({ id, message, remedy, find }) =>
    find(subject).map((finding) => ({ rule: id, message, remedy, ...finding })),
  );
}
