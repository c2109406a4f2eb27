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
import type { Workspace } from '../../workspace.ts';

/** One stack that is about to be applied, at the commit that is checked out. */
interface Apply {
  /** The stack's project. */
  app: string;
  environment: Environment;
  head: string;
}

/**
 * Keeps what becomes of one apply in the folder of its run, from the moment that the engine may touch the cloud, so that
 * nothing that went through is lost with what comes after it. Inside an Nx run the run's one commit records it; else
 * this does, by the same bump.
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

  /** To be called when the engine holds the stack and has not touched anything. */
  async begin(): Promise<void> {
    await this.#keep(BEGUN);
    this.#begun = true;
  }

  /**
   * The engine has done all of it.
   *
   * @returns what the bump made of it; nothing inside an Nx run, whose own bump comes after all its tasks
   * @throws {GitopsError} when it could not be recorded, with the command that does so later
   */
  async applied(graph: string): Promise<BumpResult | undefined> {
    await this.#keep(graph);
    return this.#bump(graph);
  }

  /** The engine has failed. What it had begun makes the stack due; before that, there is nothing to record. */
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
      const message = `${error.message}\n${app} ${done}, and the ledger does not say so. To record it: npx slipway bump --env ${environment.name} --run ${this.#run}`;
      throw new GitopsError(error.code, message, { value: error.value, cause: error });
    }
  }
}
