import { appliedFile, readApplied, type Applied } from '../ledger/applied-record.ts';
import { bumpMessage } from './bump-message.ts';
import { decideApp } from './bump-app.ts';
import { decideStack, type StackDecision, type StackRun } from './bump-stack.ts';
import { dueProjects, standing, type EnvironmentState } from '../due/due.ts';
import type { Tip } from '../ledger/ledger-repository.ts';
import {
  LEDGER_FILE,
  printRecord,
  readReleases,
  readState,
  releasedApps,
  releaseFile,
  withPending,
  type LedgerState,
  type Release,
} from '../ledger/records.ts';
import type { Commit } from '../git/commit.ts';
import type { Change } from '../branch/update-branch.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Intent, Failure } from './bump-intent.ts';

/** One run against one environment, without the state of the ledger, which each tip may change. */
export interface Run extends Omit<EnvironmentState, 'state'> {
  environment: string;
  /**
   * The commit from which chart and values are read: `head`, or a snapshot of uncommitted changes on top of
   * it.
   */
  config: Commit;
  intents: readonly Intent[];
  failed: readonly Failure[];
  /** The address of the run, for the commit's trailers. */
  runUrl?: string | undefined;
}

/** The outcomes of a run on top of a tip. */
export interface Plan {
  outcomes: Outcome[];
  /** The ledger's state after the run. */
  state: LedgerState;
  /** Apps with a release that this commit no longer deploys to the environment. */
  orphans: string[];
  /** Applied stacks without a folder; their resources still exist. */
  orphanStacks: string[];
}

/**
 * Decides the outcome of each project of a run on top of a tip of the ledger, and the files to write. Called
 * again for every tip, so a run that loses a push race does not replace newer releases.
 *
 * @param branch the ledger's branch, for errors
 */
export async function planBump(run: Run, tip: Tip, branch: string): Promise<Change<Plan>> {
  const { environment, config } = run;
  const state = await readState(tip, branch);
  const current: EnvironmentState = { ...run, state };
  const applied = await readApplied(tip, environment, branch);
  const stacks = await decideStacks(run, current, applied);
  const outcomes = [
    ...(await decideApps(run, current, tip, branch)),
    ...stacks.map(({ outcome }) => outcome),
  ];
  outcomes.sort((a, b) => (a.app < b.app ? -1 : 1));
  const orphans = without(releasedApps(tip), run.apps);
  const orphanStacks = without([...applied.keys()], run.stacks);
  const value = { outcomes, state, orphans, orphanStacks };

  const landed = outcomes.filter(({ outcome }) => outcome === 'landed');
  const uncertain = stacks.flatMap(({ outcome, uncertain }) => (uncertain ? [outcome.app] : []));
  const settles = landed.length > 0 || stacks.some(({ outcome }) => isSettling(outcome, state));
  const dirty = config !== run.head;
  const settled = settles && !dirty ? await advance(current, outcomes) : state;
  const next = withPending(settled, ...uncertain);
  const edit = new Map([
    ...landed.filter(({ after }) => after?.graph === undefined).map(releaseOf),
    ...stacks.flatMap(({ outcome, record }) =>
      record ? [[appliedFile(environment, outcome.app), printRecord(record)] as const] : [],
    ),
  ]);
  if (edit.size === 0 && printRecord(next) === printRecord(state)) return { value };
  if (printRecord(next) !== printRecord(state) || !tip.files.includes(LEDGER_FILE))
    edit.set(LEDGER_FILE, printRecord(next));
  return {
    value: { ...value, state: next },
    edit,
    message: bumpMessage(environment, landed, { due: uncertain, runUrl: run.runUrl }),
    releases: dirty ? [] : [config],
    keep: dirty ? new Map([[`refs/slipway/snapshots/${config}`, config]]) : new Map(),
  };
}

async function decideApps(run: Run, current: EnvironmentState, tip: Tip, branch: string): Promise<Outcome[]> {
  const intents = run.intents.filter(({ graph }) => graph === undefined);
  const names = intents.map(({ app }) => app);
  const releases = await readReleases(tip, names, branch);
  const decided = await Promise.all(
    intents.map((intent) => decideApp(current, run.config, intent, releases.get(intent.app))),
  );
  const failed = run.failed.filter(({ begun }) => !begun);
  return [...decided, ...failed.map(({ app, reason }): Outcome => ({ app, outcome: 'failed', reason }))];
}

function decideStacks(
  { intents, failed, config }: Run,
  current: EnvironmentState,
  applied: ReadonlyMap<string, Applied>,
): Promise<StackDecision[]> {
  const run: StackRun[] = [
    ...intents.filter(({ graph }) => graph !== undefined),
    ...failed.filter(({ begun }) => begun),
  ];
  return Promise.all(run.map((stack) => decideStack(current, config, stack, applied.get(stack.app))));
}

const releaseOf = ({ app, after }: Outcome): readonly [file: string, text: string] => [
  releaseFile(app),
  printRecord(after as Release),
];

/**
 * Whether an unchanged stack was pending because the cloud was uncertain. It is certain now, so it is no
 * longer due.
 */
const isSettling = ({ app, outcome }: Outcome, { pending }: LedgerState): boolean =>
  outcome === 'unchanged' && pending.includes(app);

const without = (names: readonly string[], known: readonly { name: string }[]): string[] =>
  names.filter((name) => !known.some((project) => project.name === name));

/**
 * The ledger's state after this run. Only the newest commit moves `through`, unless `through` is no longer in
 * main's history: then an older commit can. A `superseded` project stays due, because its record is newer
 * than `through`, and the difference from `through` would not show a revert of it.
 */
async function advance(current: EnvironmentState, outcomes: readonly Outcome[]): Promise<LedgerState> {
  if ((await standing(current)) === 'behind') return current.state;
  const settled = new Set(
    outcomes.flatMap(({ app, outcome }) => (outcome === 'landed' || outcome === 'unchanged' ? [app] : [])),
  );
  const due = await dueProjects(current);
  return { through: current.head, pending: due.filter((project) => !settled.has(project)) };
}
