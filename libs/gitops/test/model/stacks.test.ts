import { describe, expect, it } from 'vitest';
import { readApplied } from '../../src/ledger/applied-record.ts';
import { isApplySuperseded } from '../../src/eligibility/may-apply.ts';
import { dueProjects, type EnvironmentState } from '../../src/due/due.ts';
import { LEDGER_FILE, printRecord, readState } from '../../src/ledger/records.ts';
import { planBump, type Run } from '../../src/bump/plan-bump.ts';
import type { Commit } from '../../src/git/commit.ts';
import { MemoryGit, type Contents } from '../support/memory-git.ts';
import { MemoryLedger } from '../support/memory-ledger.ts';
import { generator } from '../support/random.ts';
import { digestOf } from '../support/workspace.ts';
import type { Intent, Failure } from '../../src/bump/bump-intent.ts';

/**
 * Random histories of stacks: an apply changes the cloud at once, but is recorded later, out of order, in part, or by
 * hand from the results of a killed run. Half of the environments release their apps by promotion only. After each
 * history, one clean run must make the cloud equal to main, and the ledger must record it. Main is rewritten only while
 * no run is in flight: otherwise it is unknown which of two unrelated commits was applied last. The negative control
 * is a ledger that does not keep a stack due when the cloud may differ from the record: it loses some updates.
 */

const STACKS = ['model-a', 'model-b', 'model-never-changes'];
const HISTORIES = process.env['SLIPWAY_DEEP'] ? 5_000 : 100;
const SEED = Number(process.env['SLIPWAY_SEED'] ?? 20_261_124);

type Below = (below: number) => number;

/** A run in flight. What it did to the cloud is done, what the ledger will hear of it is in `intents` and `failed`. */
interface Flight {
  head: Commit;
  waiting: string[];
  intents: Intent[];
  failed: Failure[];
}

class World {
  readonly git = new MemoryGit([...STACKS, 'app']);
  readonly ledger = new MemoryLedger();
  /** What the cloud holds of each stack; neither what one commit says nor what another does after half an update. */
  readonly cloud = new Map<string, string>();
  /** The commit that the engine was given last for each stack, as its own history says. */
  readonly #given = new Map<string, Commit>();
  readonly #deploy: 'auto' | 'promote';
  readonly #forgets: boolean;

  constructor(deploy: 'auto' | 'promote', forgets: boolean) {
    this.#deploy = deploy;
    this.#forgets = forgets;
  }

  situation = async (head: Commit): Promise<EnvironmentState> => ({
    checkout: this.git.history,
    head,
    mainline: this.git.main,
    apps: [{ name: 'app', chart: 'deploy/charts/service' }],
    stacks: STACKS.map((name) => ({ name, folder: `infra/${name}`, byHand: false })),
    deploy: this.#deploy,
    state: await readState(this.ledger.tip(), 'ledger'),
    changed: async (base, to) => this.git.changed(base, to),
  });

  async start(below: Below): Promise<Flight> {
    const head = this.git.main;
    const due = await dueProjects(await this.situation(head));
    const waiting = below(5) === 0 ? due.filter(() => below(2) === 0) : due;
    return { head, waiting, intents: [], failed: [] };
  }

  /** Applies one stack, or builds the app, whatever other runs have done since the run started. */
  async apply({ head, intents, failed }: Flight, project: string, fate: number): Promise<void> {
    if (project === 'app') {
      intents.push(image(this.git.contents(head)));
      return;
    }
    const records = await readApplied(this.ledger.tip(), 'model', 'ledger');
    const last = this.#given.get(project);
    const current = await this.situation(head);
    const overtaken = await isApplySuperseded(current, project, records.get(project), last);
    if (overtaken !== undefined) {
      failed.push({ app: project, reason: overtaken });
      return;
    }
    this.#given.set(project, head);
    if (fate === 0) {
      this.cloud.set(project, `half of ${head}`);
      failed.push({ app: project, reason: 'half-way', begun: true });
    } else {
      this.cloud.set(project, wanted(this.git.contents(head), project));
      intents.push({ app: project, graph: graphOf(this.git.contents(head), project) });
    }
  }

  async land(flight: Flight): Promise<void> {
    const { head, intents, failed } = flight;
    if (intents.length + failed.length === 0) return; // no task left a result
    const run: Run = { ...(await this.situation(head)), environment: 'model', config: head, intents, failed };
    const { edit } = await planBump(run, this.ledger.tip(), 'ledger');
    if (edit === undefined) return;
    this.ledger.write(this.#forgets ? await this.#forget(flight, new Map(edit)) : edit);
  }

  /** The rule of apps alone: nothing that fails or comes too late has changed anything. */
  async #forget({ failed, intents }: Flight, edit: Map<string, string | undefined>) {
    const before = new Set((await readState(this.ledger.tip(), 'ledger')).pending);
    const files = new MemoryLedger();
    files.write(edit);
    const state = await readState(files.tip(), 'ledger');
    const astray = new Set([...failed, ...intents].map(({ app }) => app));
    const pending = state.pending.filter((app) => before.has(app) || !astray.has(app));
    return edit.has(LEDGER_FILE) ? edit.set(LEDGER_FILE, printRecord({ ...state, pending })) : edit;
  }

  /** Stacks of which the cloud, or what the ledger says of it, is not what main has. */
  async lost(): Promise<string[]> {
    const main = this.git.contents(this.git.main);
    const records = await readApplied(this.ledger.tip(), 'model', 'ledger');
    return STACKS.filter(
      (stack) =>
        this.cloud.get(stack) !== wanted(main, stack) || records.get(stack)?.graph !== graphOf(main, stack),
    );
  }
}

/** Everything that is applied: code, and secrets that a graph does not show. */
const wanted = (contents: Contents, stack: string): string => JSON.stringify(contents[stack]);
const graphOf = (contents: Contents, stack: string): string => digestOf(`${stack} ${contents[stack]?.code}`);

function image(contents: Contents): Intent {
  const digest = digestOf(`app ${contents['app']?.code}`);
  return { app: 'app', image: { repository: 'r/app', tag: 'sha-1', digest } };
}

/** One random history; answers what was lost. */
async function play(seed: number, forgets: boolean): Promise<string[]> {
  const below = generator(seed);
  const world = new World(below(2) === 0 ? 'auto' : 'promote', forgets);
  const flights: Flight[] = [];
  for (let step = 0; step < 12 + below(14); step += 1) {
    const back = below(10) === 0 ? 1 + below(3) : 0;
    while (back > 0 && flights.length > 0) await world.land(flights.shift() as Flight);
    commit(world.git, below, back);
    if (below(6) > 0) flights.push(await world.start(below));
    for (const flight of flights) {
      // A killed run has applied some; what it left is recorded later, by hand.
      for (const project of flight.waiting.splice(0, below(3))) await world.apply(flight, project, below(5));
    }
    while (flights.length > below(4)) await world.land(flights.splice(below(flights.length), 1)[0] as Flight);
  }
  for (const flight of flights) await world.land(flight);
  const clean = await world.start(() => 1);
  for (const project of clean.waiting) await world.apply(clean, project, 1);
  await world.land(clean);
  return world.lost();
}

/** @param back a force-push: main goes back so many commits and takes another way */
function commit(git: MemoryGit, below: Below, back: number): void {
  for (let steps = back; steps > 0; steps -= 1) git.main = git.parent(git.main) ?? git.main;
  const contents = { ...git.contents(git.main) };
  for (let edits = below(3); edits > 0; edits -= 1) {
    const project = ['model-a', 'model-b', 'app'][below(3)] as string;
    const kind = below(3) === 0 ? 'values' : 'code';
    // Few different contents, so that reverts are common.
    contents[project] = { ...(contents[project] as Contents[string]), [kind]: String(1 + below(3)) };
  }
  git.main = git.add(git.main, contents);
}

describe('a model of random histories of stacks', () => {
  it(
    `leaves cloud and ledger as main has them in ${HISTORIES} histories, while the control loses some (seed ${SEED})`,
    { timeout: HISTORIES * 1_000 },
    async () => {
      const losing: string[] = [];
      let lostByControl = 0;
      for (let at = 0; at < HISTORIES; at += 1) {
        const lost = await play(SEED + at, false);
        if (lost.length > 0) losing.push(`seed ${SEED + at}: ${lost.join(', ')}`);
        if ((await play(SEED + at, true)).length > 0) lostByControl += 1;
      }
      console.log(
        `${HISTORIES} histories of stacks: ${losing.length} lose something, ${lostByControl} where only what landed counts`,
      );
      expect(losing).toEqual([]);
      expect(lostByControl).toBeGreaterThan(0);
    },
  );
});
