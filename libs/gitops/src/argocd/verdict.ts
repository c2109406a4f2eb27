import type { Release } from '../ledger/records.ts';
import type { Application } from './application.ts';

/** What must be running: the commit of the configuration and, for what has an image, its digest. */
export interface Expected {
  config: string;
  digest?: string;
}

/** What a record asks of a cluster. */
export const expectedOf = ({ release, image }: Pick<Release, 'release'> & Partial<Release>): Expected => ({
  config: release.config,
  ...(image && { digest: image.digest }),
});

/** Whether a release runs, or what is still missing. */
export type Verdict = { running: true } | { running: false; waitingFor: string };

const short = (commit: string | undefined): string => commit?.slice(0, 12) || 'nothing';

/** Whether an Application reads the values of an environment: its own cluster's Argo CD made it then. */
export function belongsTo({ valueFiles }: Application, environment: string): boolean {
  return valueFiles.some(
    (file) => file.endsWith(`/deploy/${environment}.yaml`) || file.endsWith(`/${environment}/values.yaml`),
  );
}

/**
 * Whether an Application runs exactly what a record says: synced to its configuration commit, its pods run its
 * digest, and healthy, all of it seen after the sync had ended. The first thing that is missing is the answer.
 */
export function verdict(expected: Expected, application: Application | undefined): Verdict {
  const waitingFor = application ? missing(expected, application) : 'Argo CD to make the Application';
  return waitingFor === undefined ? { running: true } : { running: false, waitingFor };
}

function missing({ config, digest }: Expected, application: Application): string | undefined {
  const { targetRevision, revision, sync, health, operation, stale, images } = application;
  if (targetRevision !== config)
    return `the Application to move from ${short(targetRevision)} to ${short(config)}`;
  if (operation?.phase === 'Running') return 'the sync to end';
  if (revision !== config || sync !== 'Synced') return `${short(config)} to be synced (it is ${sync})`;
  if (stale) return 'Argo CD to look again after the sync';
  if (digest !== undefined && !images.some((image) => image.endsWith(`@${digest}`)))
    return `a pod with the image ${digest.slice(0, 19)}`;
  return health === 'Healthy' ? undefined : `health (it is ${health})`;
}
