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

/** The state of one app in a cluster. */
interface AppInCluster {
  /** Argo CD's sync status, or `behind` if Argo CD does not yet follow the record. */
  sync: string;
  health: string;
  /** Whether the cluster runs exactly the record: its configuration, its digest, healthy. */
  running: boolean;
  /** What is missing, if it is not running. */
  waitingFor?: string;
}

/** The state of the releases in an environment's cluster, or the error if the cluster could not be asked. */
export interface ClusterStatus {
  /** The cluster or API that answered. */
  name?: string;
  error?: string;
  apps: Record<string, AppInCluster>;
}

/**
 * Asks an environment's cluster about all releases of the environment.
 *
 * @returns undefined for an environment without a cluster or without a release
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
    return { error: `sync and health are unknown: ${error.message}`, apps: {} };
  }
}

/** @throws {GitopsError} `usage` if the cluster runs only Applications of other environments */
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
  const isCurrent = application === undefined || application.targetRevision === expected.config;
  return {
    sync: isCurrent ? (application?.sync ?? 'missing') : 'behind',
    health: application?.health ?? '-',
    ...found,
  };
}
