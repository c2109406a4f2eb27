import {
  belongsTo,
  expectedOf,
  GitopsError,
  verdict,
  type Application,
  type ArgoCd,
  type Environment,
  type EnvironmentStatus,
  type Expected,
} from '@slipway/gitops';
import { openArgoCd, type ClusterOptions } from './open-argo-cd.ts';

/** What a cluster says of one app. */
interface AppInCluster {
  /** Argo CD's word, or `behind` where it does not follow the record yet. */
  sync: string;
  health: string;
  /** Exactly the record runs: its configuration, its digest, healthy. */
  running: boolean;
  /** What is missing, where it does not. */
  waitingFor?: string;
}

/** What an environment's cluster says of what is released there, or why it could not be asked. */
export interface ClusterStatus {
  /** Whom the answer is from. */
  name?: string;
  error?: string;
  apps: Record<string, AppInCluster>;
}

/**
 * Asks an environment's cluster about everything that is released there.
 *
 * @returns nothing where there is nothing to ask: an environment without a cluster, or without a release
 */
export async function askCluster(
  environment: Environment,
  { apps }: EnvironmentStatus,
  options: ClusterOptions,
): Promise<ClusterStatus | undefined> {
  const released = apps.flatMap(({ app, release }) => (release ? [{ app, release }] : []));
  if (environment.source === 'worktree' || released.length === 0) return undefined;
  try {
    const argocd = await openArgoCd(environment, options);
    const found = await applicationsOf(argocd, environment.name);
    const seen = released.map(
      ({ app, release }) => [app, inCluster(expectedOf(release), found.get(app))] as const,
    );
    return { name: argocd.name, apps: Object.fromEntries(seen) };
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return { error: `sync and health are not known: ${error.message}`, apps: {} };
  }
}

/** @throws {GitopsError} `usage` where what runs there belongs to other environments only */
async function applicationsOf(argocd: ArgoCd, environment: string): Promise<Map<string, Application>> {
  const all = await argocd.applications();
  const own = all.filter((application) => belongsTo(application, environment));
  if (own.length === 0 && all.length > 0) {
    throw new GitopsError(
      'usage',
      `${argocd.name} runs no Application of ${environment}. Name its cluster: --context NAME`,
      {
        value: argocd.name,
      },
    );
  }
  return new Map(own.map((application) => [application.name, application]));
}

function inCluster(expected: Expected, application: Application | undefined): AppInCluster {
  const found = verdict(expected, application);
  const moved = application === undefined || application.targetRevision === expected.config;
  return {
    sync: moved ? (application?.sync ?? 'missing') : 'behind',
    health: application?.health ?? '-',
    ...found,
  };
}
