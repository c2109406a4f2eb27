import type { Manifest } from '../../helm/manifest.ts';

/** What the schema of a kind says of an object. */
export interface FieldProblems {
  /** What is wrong with its values. */
  readonly wrong: readonly string[];
  /** JSON pointers of fields that the kind does not have. */
  readonly unknown: readonly string[];
}

/** The schema of a kind. */
export type Model = (manifest: Manifest) => FieldProblems;
