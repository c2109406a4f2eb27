import { placeOf, type Manifest } from '../../helm/manifest.ts';
import type { FieldProblems } from '../manifests/model.ts';
import type { Finding, Rule, Subject } from './rule.ts';

const SOURCE = 'The OpenAPI schemas of Kubernetes and the CRDs, as the packages kubernetes-models have them';

/** Kinds, fields and values are those of the schemas. Kinds whose package is not installed are skipped. */
export const FIELDS: readonly Rule[] = [
  {
    id: 'known-kind',
    message: 'is of a kind without a schema here, so its fields cannot be checked',
    reason: 'A mistyped kind, or a kind that the cluster does not have, makes a sync fail.',
    source: SOURCE,
    remedy: 'Correct apiVersion and kind. If the cluster has this kind, add an exception.',
    find: ({ manifests, models }) =>
      manifests
        .filter((manifest) => !models.of(manifest) && !models.missingPackage(manifest))
        .map((manifest) => ({
          place: placeOf(manifest),
          message: `is a ${manifest.apiVersion} ${manifest.kind}, a kind without a schema here`,
        })),
  },
  fieldRule(
    {
      id: 'schema',
      message: 'has a value that the schema of its kind refuses',
      reason: 'The API server refuses the object, and the sync fails.',
      source: SOURCE,
      remedy: 'Correct the value.',
    },
    ({ wrong }, place) => wrong.map((message) => ({ place, message: `is refused: ${message}` })),
  ),
  fieldRule(
    {
      id: 'known-fields',
      message: 'is not a field of this kind',
      reason: 'Kubernetes ignores a mistyped field, so the setting has no effect.',
      source: SOURCE,
      remedy: 'Correct the name of the field, or remove it.',
    },
    ({ unknown }, place) => unknown.map((path) => ({ place: `${place} ${path}` })),
  ),
];

function fieldRule(
  text: Omit<Rule, 'find'>,
  findingsOf: (problems: FieldProblems, place: string) => Finding[],
): Rule {
  const findIn = (manifest: Manifest, { models }: Subject): Finding[] => {
    const problems = models.of(manifest)?.(manifest);
    return problems ? findingsOf(problems, placeOf(manifest)) : [];
  };
  return { ...text, find: (subject) => subject.manifests.flatMap((manifest) => findIn(manifest, subject)) };
}
