import { randomUUID } from 'node:crypto';
import {
  BEGUN,
  bump,
  GitopsError,
  runUrlOf,
  intentsOf,
  writeRunResult,
  type BumpResult,
  type Environment,
  type RunResult,
} from '@slipway/gitops';
import type { Workspace } from '../workspace.ts';

/** A stack that is about to be applied, and the commit that is checked out. */
interface Apply {
  /** The stack's project. */
  app: string;
  environment: Environment;
  head: string;
}

/**
 * Writes the state of one apply to the folder of its run, before the engine changes the cloud, so a later
 * failure does not lose it. Inside an Nx run, the commit of the run records it; otherwise this class runs the
 * same bump.
 */
export class ApplyRecord {
  readonly #workspace: Workspace;
  readonly #apply: Apply;
  readonly #run = process.env['SLIPWAY_RUN'] ?? randomUUID();
  #begun = false;

  constructor(workspace: Workspace, apply: Apply) {
    this.#workspace = workspace;
    this.#apply = apply;
  }

  /** Call this when the engine has locked the stack and not yet changed anything. */
  async begin(): Promise<void> {
    await this.#keep(BEGUN);
    this.#begun = true;
  }

  /**
   * Call this after a successful update.
   *
   * @returns the result of the bump; undefined inside an Nx run, which bumps after all its tasks
   * @throws {GitopsError} if recording failed; the message contains the command that records it later
   */
  async applied(graph: string): Promise<BumpResult | undefined> {
    await this.#keep(graph);
    return this.#bump(graph);
  }

  /** Call this after a failed update. If it had begun, it is recorded, which makes the stack due. */
  async failed(): Promise<BumpResult | undefined> {
    return this.#begun ? this.#bump(BEGUN) : undefined;
  }

  #keep(applied: string): Promise<void> {
    return writeRunResult(this.#workspace.root, this.#run, this.#result(applied));
  }

  #result(applied: string): RunResult {
    const { app, environment, head } = this.#apply;
    return { app, environment: environment.name, head, applied, registries: [] };
  }

  async #bump(applied: string): Promise<BumpResult | undefined> {
    if (process.env['SLIPWAY_RUN'] !== undefined) return undefined;
    const { app, environment } = this.#apply;
    const { affectedProjects } = await import('@slipway/nx/affected');
    try {
      return await bump({
        checkout: this.#workspace.checkout,
        environment,
        ...intentsOf([this.#result(applied)]),
        changed: affectedProjects('fresh'),
        runUrl: runUrlOf(process.env),
      });
    } catch (error) {
      if (!(error instanceof GitopsError)) throw error;
      const done = applied === BEGUN ? 'may be applied in part' : 'is applied';
      const message = `${error.message}\n${app} ${done}, but the ledger does not record it. To record it: npx slipway bump --env ${environment.name} --run ${this.#run}`;
      throw new GitopsError(error.code, message, { value: error.value, cause: error });
    }
  }
}
