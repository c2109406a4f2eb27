import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import type { Application, Cause } from './application.ts';
import type { ArgoCd } from './argocd.ts';
import { belongsTo, verdict, type Expected } from './application-verdict.ts';

/** The release to wait for, and its cluster. */
export interface WaitRequest {
  app: string;
  environment: string;
  /** Reads the expected state from the ledger; called again if the cluster follows another release. */
  expected: () => Promise<Expected>;
  argocd: ArgoCd;
  /**
   * The deadline in milliseconds; the cluster is read at least once. @default 300000, half of the ten minutes
   * after which a Deployment stops its rollout
   */
  deadlineMs?: number;
  /** The interval between two reads, in milliseconds. @default 2000 */
  pollMs?: number;
  /** Called for every change of the missing condition or its causes. */
  onProgress?: (waitingFor: string, causes: readonly Cause[]) => void;
  signal?: AbortSignal;
}

/** The result of a wait. */
export interface WaitResult {
  app: string;
  environment: string;
  /**
   * `running`: the release runs. `superseded`: the ledger has another release now. `timeout`: neither before
   * the deadline.
   */
  outcome: 'running' | 'superseded' | 'timeout';
  expected: Expected;
  /** The missing condition at the deadline. */
  waitingFor?: string;
  /** Its causes. */
  causes: Cause[];
  elapsedMs: number;
}

/** One reading of the cluster. */
interface Reading {
  waitingFor?: string;
  causes: Cause[];
  superseded?: true;
}

/**
 * Waits until a cluster runs exactly the release in the ledger. Network errors are retried. A refusal, or a
 * cluster of another environment, ends the wait at once.
 *
 * @throws {GitopsError} `usage` for the cluster of another environment; `auth`, `not-found` from the cluster
 */
export async function waitForRelease(request: WaitRequest): Promise<WaitResult> {
  const { app, environment, deadlineMs = 300_000, pollMs = 2_000, onProgress } = request;
  const started = Date.now();
  const deadline = AbortSignal.timeout(deadlineMs);
  const ended = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
  const expected = await request.expected();
  const result = { app, environment, expected };
  const over = () => ({ elapsedMs: Date.now() - started });
  let reported = '';
  let last: Reading;
  do {
    last = await readCluster(request, expected); // not aborted at the deadline, because its causes are needed
    if (last.superseded) return { ...result, outcome: 'superseded', causes: [], ...over() };
    if (last.waitingFor === undefined) return { ...result, outcome: 'running', causes: [], ...over() };
    const news = JSON.stringify(last);
    if (news !== reported) onProgress?.(last.waitingFor, last.causes);
    reported = news;
    await sleep(pollMs, undefined, { signal: ended }).catch(() => {});
  } while (!ended.aborted);
  request.signal?.throwIfAborted();
  return { ...result, outcome: 'timeout', ...last, ...over() };
}

async function readCluster(
  { app, environment, argocd, expected: record, signal }: WaitRequest,
  expected: Expected,
): Promise<Reading> {
  try {
    const application = await argocd.application(app, signal);
    if (application && !belongsTo(application, environment))
      throw otherCluster(argocd, application, environment);
    const found = verdict(expected, application);
    if (found.running) return { causes: [] };
    if (application?.targetRevision !== expected.config && differs(await record(), expected))
      return { causes: [], superseded: true };
    const causes = application ? await causesOf(argocd, application, signal) : [];
    return { waitingFor: found.waitingFor, causes };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof GitopsError && error.retryable)) throw error;
    return { waitingFor: error.message, causes: [] };
  }
}

/**
 * The causes of a fault: first those of the Application itself, then those of its objects.
 *
 * @throws as {@link ArgoCd.causes}
 */
async function causesOf(argocd: ArgoCd, application: Application, signal?: AbortSignal): Promise<Cause[]> {
  const { name, errors, operation, rejected, health, healthMessage } = application;
  const resource = `Application/${name}`;
  const failed = operation && /^(Failed|Error)$/.test(operation.phase) ? [operation.message] : [];
  const own = [...errors, ...failed, ...(health !== 'Healthy' && healthMessage ? [healthMessage] : [])];
  const causes = [
    ...own.map((message) => ({ resource, message })),
    ...rejected,
    ...(await argocd.causes(application, signal)),
  ];
  return [...new Map(causes.map((cause) => [`${cause.resource} ${cause.message}`, cause])).values()];
}

const differs = (one: Expected, other: Expected): boolean =>
  one.config !== other.config || one.digest !== other.digest;

function otherCluster(argocd: ArgoCd, { name, valueFiles }: Application, environment: string): GitopsError {
  return new GitopsError(
    'usage',
    `${argocd.name} is not the cluster of ${environment}: its Application ${name} reads ${valueFiles.join(', ') || 'no value file'}. ` +
      `Name the right one: --context NAME, or a context called "${environment}".`,
    { value: argocd.name },
  );
}
