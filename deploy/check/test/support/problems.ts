import { checkManifests, type Manifest, type Problem, type Rule } from '@slipway/gitops/render';

/** What breaks the rules; the schemas of all kinds must be installed. */
export async function problemsOf(
  rules: readonly Rule[],
  manifests: readonly Manifest[],
): Promise<readonly Problem[]> {
  const { problems, missingPackages } = await checkManifests(rules, manifests);
  if (missingPackages.length > 0) throw new Error(`Not installed: ${missingPackages.join(', ')}`);
  return problems;
}
