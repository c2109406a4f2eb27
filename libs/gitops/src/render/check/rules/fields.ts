import { type Manifest, placeOf } from '@slipway/gitops/render';
import { kindOf } from '../manifests/kinds.ts';
import type { Problem, Rule } from './rule.ts';

/** Every object is of a known kind, and its values are what that kind's schema asks. Unknown fields are another matter: known-fields.ts. */
export const SCHEMA: Rule = {
  id: 'schema',
  find: (manifests) =>
    manifests.flatMap((manifest) => {
      const message = whatIsWrong(manifest);
      return message === undefined
        ? []
        : [{ rule: SCHEMA.id, place: placeOf(manifest), message } satisfies Problem];
    }),
};

function whatIsWrong(manifest: Manifest): string | undefined {
  const kind = kindOf(manifest);
  if (!kind) return `is of a kind that no chart here may bring: ${manifest.apiVersion} ${manifest.kind}`;
  try {
    kind.validate?.(manifest);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
