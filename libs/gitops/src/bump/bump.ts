import { appsAt } from '../workspace/app.ts';
import type { ChangedProjects } from '../due/due.ts';
import type { Environment } from '../workspace/environment.ts';
import { LedgerRepository, type Tip } from '../ledger/ledger-repository.ts';
import { planBump, type Plan, type Run } from './plan-bump.ts';
import { assertReleasable } from '../eligibility/releasable.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';
import { stacksAt } from '../workspace/stack.ts';
import type { Intent, Failure } from './bump-intent.ts';
import { updateLedger } from '../ledger/update-ledger.ts';

/** The request of one run: release these images and record these applied stacks, at the checkout's commit. */
export interface BumpRequest {
  checkout: Checkout;
  environment: Environment;
  intents: readonly Intent[];
  /** The projects of the run that failed. */
  failed?: readonly Failure[];
  changed: ChangedProjects;
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
  /** The deadline of all attempts together, in milliseconds. @default 120000 */
  deadlineMs?: number;
  signal?: AbortSignal;
}

/** The result of {@link bump}. */
export interface BumpResult extends Plan {
  /** The one commit on the ledger branch. Undefined if nothing changed. */
  commit: Commit | undefined;
  /** The commit from which chart and values were read. */
  config: Commit;
  retries: number;
}

/**
 * Releases the images that a run published and records the stacks that it applied, in one commit on top of
 * the ledger's newest commit. A run that changes nothing makes no commit.
 *
 * @throws {GitopsError} before anything is written: `dirty`, `unpushed`, `shallow`, `invalid`;
 *   from the remote: `auth`, `refused`, `not-found`, `timeout`
 */
export async function bump(request: BumpRequest): Promise<BumpResult> {
  const { checkout, environment } = request;
  const preparing = prepare(request); // main and the ledger are fetched at the same time
  preparing.catch(() => {});
  const repository = await LedgerRepository.open(checkout, environment);
  const refused = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, refused.signal]) : refused.signal;
  const intend = async (tip: Tip) => planBump(await preparing, tip, environment.ledger.branch);
  const update = updateLedger(repository, intend, { ...request, signal });
  update.catch(() => {}); // both are awaited below
  try {
    const { config } = await preparing;
    const { value, commit, retries } = await update;
    return { ...value, commit, config, retries };
  } catch (error) {
    refused.abort();
    await update.catch(() => {});
    throw error;
  } finally {
    await repository.close();
  }
}

async function prepare({ checkout, environment, ...request }: BumpRequest): Promise<Run> {
  const releasable = await assertReleasable(checkout, environment);
  const config = releasable.dirty ? await checkout.snapshot() : releasable.head;
  return {
    ...releasable,
    checkout,
    config,
    environment: environment.name,
    deploy: environment.deploy,
    apps: await appsAt(checkout, config, environment.name),
    stacks: await stacksAt(checkout, config, environment.name),
    changed: remember(request.changed),
    intents: request.intents,
    failed: request.failed ?? [],
    runUrl: request.runUrl,
  };
}

/** Remembers answers: every attempt asks again, and the answer for two commits never changes. */
function remember(changed: ChangedProjects): ChangedProjects {
  const answers = new Map<string, ReturnType<ChangedProjects>>();
  return (base, head) => {
    const question = `${base}..${head}`;
    const answer = answers.get(question) ?? changed(base, head);
    answers.set(question, answer);
    return answer;
  };
}
