import type { Manifest } from '../helm/manifest.ts';
import { loadModels } from './manifests/models.ts';
import type { Problem } from './problem.ts';
import type { AppSettings } from './app-settings.ts';
import { findProblems, type Rule } from './rules/rule.ts';

/** The result of a check. */
export interface Checked {
  readonly problems: readonly Problem[];
  /** The npm packages whose schemas would have been needed and are not installed; their kinds' fields are not checked. */
  readonly missingPackages: readonly string[];
}

/**
 * Checks manifests by rules. Tests of Helm are left out: Argo CD does not apply them.
 * Source: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-hooks
 *
 * @param settings of the app that the manifests belong to. @default no app
 */
export async function checkManifests(
  rules: readonly Rule[],
  rendered: readonly Manifest[],
  settings?: AppSettings,
): Promise<Checked> {
  const manifests = rendered.filter(
    ({ metadata }) => !/^test\b/.test(metadata.annotations?.['helm.sh/hook'] ?? ''),
  );
  const models = await loadModels(manifests);
  const missing = manifests.flatMap((manifest) => models.missingPackage(manifest) ?? []);
  return {
    problems: findProblems(rules, { manifests, models, settings }),
    missingPackages: [...new Set(missing)].sort(),
  };
}
