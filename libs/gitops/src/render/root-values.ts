import { parse } from 'yaml';
import { deployFile, PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import type { Values } from './helm/render-chart.ts';

/** The chart of the objects that are applied by hand. */
export const ROOT_CHART = 'deploy/argocd/root';

/** The namespace of Argo CD. */
export const ARGOCD_NAMESPACE = 'argocd';

/** The values of the platform that the root chart needs, too. */
type PlatformValues = { repository?: unknown; ledger?: { repository?: unknown }; keepWhenRemoved?: unknown };

/**
 * The values of the root chart, from `environment.yaml` and from the platform's values. The chart's schema
 * checks their types.
 *
 * @param text `deploy/environments/<environment>/values.yaml`
 * @param facts facts about the cluster from provisioning
 * @throws {GitopsError} `invalid` for text that is not YAML
 */
export function rootValues({ name, ledger }: Environment, text: string, facts: Values = {}): Values {
  const { repository, ledger: elsewhere, keepWhenRemoved } = readValues(name, text);
  return {
    name,
    ...(repository !== undefined && { repository }),
    ledger: {
      branch: ledger.branch,
      folder: ledger.folder,
      ...(elsewhere?.repository !== undefined && { repository: elsewhere.repository }),
    },
    ...(keepWhenRemoved !== undefined && { keepWhenRemoved }),
    facts,
  };
}

function readValues(environment: string, text: string): PlatformValues {
  try {
    return (parse(text) ?? {}) as PlatformValues;
  } catch (cause) {
    const file = deployFile(PLATFORM, environment);
    throw new GitopsError('invalid', `${file} is not valid YAML: ${(cause as Error).message}`, { cause });
  }
}
