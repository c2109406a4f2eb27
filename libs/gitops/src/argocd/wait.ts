import { setTimeout as sleep } from 'node:timers/promises';
import { GitopsError } from '../error.ts';
import type { Application, Cause } from './application.ts';
import type { ArgoCd } from './argocd.ts';
import { belongsTo, verdict, type Expected } from './verdict.ts';

/** What to wait for, and where. */
export interface WaitRequest {
  app: string;
  environment: string;
  /** What the ledger's record asks for; read again when the cluster seems to follow another one. */
  expected: () => Promise<Expected>;
  argocd: ArgoCd;
  /** Milliseconds after which the cluster is not asked again; it is asked once at least. @default 300000, half of the ten minutes after which a Deployment gives up by itself */
  deadlineMs?: number;
  /** Milliseconds between two looks. @default 2000 */
  pollMs?: number;
  /** Told of every change of what is waited for. */
  onProgress?: (waitingFor: string, causes: readonly Cause[]) => void;
  signal?: AbortSignal;
}

/** How the wait ended. */
export interface WaitResult {
  app: string;
  environment: string;
  /** `running`: exactly the record. `superseded`: the ledger holds another record by now. `timeout`: neither in time. */
  outcome: 'running' | 'superseded' | 'timeout';
  expected: Expected;
  /** What was missing when time was up. */
  waitingFor?: string;
  /** What was in the way then. */
  causes: Cause[];
  elapsedMs: number;
}

/** One look at the cluster. */
interface Look {
  waitingFor?: string;
  causes: Cause[];
  superseded?: true;
}

/**
 * Waits until a cluster runs exactly what the ledger's record says. A cluster that cannot be reached for a while
 * is asked again; one that says no for good, or that belongs to another environment, ends the wait at once.
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
  let told = '';
  let last: Look;
  do {
    last = await look(request, expected); // not cut off by the deadline: half an answer explains nothing
    if (last.superseded) return { ...result, outcome: 'superseded', causes: [], ...over() };
    if (last.waitingFor === undefined) return { ...result, outcome: 'running', causes: [], ...over() };
    const news = JSON.stringify(last);
    if (news !== told) onProgress?.(last.waitingFor, last.causes);
    told = news;
    await sleep(pollMs, undefined, { signal: ended }).catch(() => {});
  } while (!ended.aborted);
  request.signal?.throwIfAborted();
  return { ...result, outcome: 'timeout', ...last, ...over() };
}

async function look(
  { app, environment, argocd, expected: record, signal }: WaitRequest,
  expected: Expected,
): Promise<Look> {
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
 * What is in the way: what Argo CD itself says of the Application, then its objects.
 *
 * @throws as {@link ArgoCd.causes}
 */
async function causesOf(argocd: ArgoCd, application: Application, signal?: AbortSignal): Promise<Cause[]> {
  const { name, complaints, operation, rejected, health, healthMessage } = application;
  const resource = `Application/${name}`;
  const failed = operation && /^(Failed|Error)$/.test(operation.phase) ? [operation.message] : [];
  const own = [...complaints, ...failed, ...(health !== 'Healthy' && healthMessage ? [healthMessage] : [])];
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
