import type { Release } from '../ledger/records.ts';
import type { Application } from './application.ts';

/** The expected state: the configuration commit and, for a release with an image, its digest. */
export interface Expected {
  config: string;
  digest?: string;
}

/** The state that a release expects of a cluster. */
export const expectedOf = ({ release, image }: Pick<Release, 'release'> & Partial<Release>): Expected => ({
  config: release.config,
  ...(image && { digest: image.digest }),
});

/** Whether a release runs, or what it waits for. */
export type Verdict = { running: true } | { running: false; waitingFor: string };

const short = (commit: string | undefined): string => commit?.slice(0, 12) || 'no commit';

/** Whether an Application reads the values of an environment, so the cluster is that of the environment. */
export function belongsTo({ valueFiles }: Application, environment: string): boolean {
  return valueFiles.some(
    (file) => file.endsWith(`/deploy/${environment}.yaml`) || file.endsWith(`/${environment}/values.yaml`),
  );
}

/**
 * Whether an Application runs exactly a release: it is synced to the configuration commit, its pods run the
 * digest, and it is healthy, all observed after the end of the sync. If not, the first missing condition.
 */
export function verdict(expected: Expected, application: Application | undefined): Verdict {
  const waitingFor = application ? missing(expected, application) : 'Argo CD to create the Application';
  return waitingFor === undefined ? { running: true } : { running: false, waitingFor };
}

function missing({ config, digest }: Expected, application: Application): string | undefined {
  const { targetRevision, revision, sync, health, operation, stale, images } = application;
  if (targetRevision !== config)
    return `the Application to move from ${short(targetRevision)} to ${short(config)}`;
  if (operation?.phase === 'Running') return 'the end of the sync';
  if (revision !== config || sync !== 'Synced') return `${short(config)} to be synced (it is ${sync})`;
  if (stale) return 'Argo CD to refresh after the sync';
  if (digest !== undefined && !images.some((image) => image.endsWith(`@${digest}`)))
    return `a pod with the image ${digest.slice(0, 19)}`;
  return health === 'Healthy' ? undefined : `health (it is ${health})`;
}
