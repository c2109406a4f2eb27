import type { Stack } from '@pulumi/pulumi/automation/index.js';
import type { StackError } from '../error.ts';
import { explainEngine, type StackName } from './explain.ts';

/** The number of resources per action, by the engine's action names: `create`, `update`, `same`, … */
export type Changes = Readonly<Record<string, number>>;

/** The result of an update. */
export interface Applied {
  changes: Changes;
  /** URNs that a killed update had started to create. Each may exist twice in the cloud. Usually empty. */
  interrupted: readonly string[];
  /** The stack's outputs; secret ones are masked. */
  outputs: Readonly<Record<string, unknown>>;
}

/** The dependencies of an {@link Engine}. */
interface EngineParts {
  stack: Stack;
  name: StackName;
  /** The error of the program in the current operation, which is more precise than the engine's message. */
  thrown: () => StackError | undefined;
  onLine: (line: string) => void;
  clean: () => Promise<void>;
}

/** The prefix of the update message that records a commit. */
const APPLY = 'Apply ';

/** The number of history entries to search: refreshes and destroys are in the history, too. */
const HISTORY = 10;

const SECRET_OUTPUT = '[secret]';

/** The engine on one stack. An operation either completes or throws a {@link StackError}. */
export class Engine {
  readonly #stack: Stack;
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#stack = parts.stack;
    this.#parts = parts;
  }

  /**
   * Asks the providers what an update would do.
   *
   * @param policyPacks folders of the policy packs to check. @default none
   * @throws {StackError} `refused` if a pack is violated
   */
  async preview(policyPacks: readonly string[] = []): Promise<Changes> {
    const options = { ...this.#printing(), policyPacks: [...policyPacks] };
    const { changeSummary } = await this.#explained(this.#stack.preview(options));
    return numbersIn(changeSummary);
  }

  /**
   * Applies the program to the cloud.
   *
   * @param commit the commit that is applied; it is recorded in the engine's history. @default not recorded
   * @throws {StackError}
   */
  async up(commit?: string): Promise<Applied> {
    const message = commit === undefined ? {} : { message: `${APPLY}${commit}` };
    const { summary, stdout } = await this.#explained(this.#stack.up({ ...this.#printing(), ...message }));
    const interrupted = [...stdout.matchAll(/\* (urn:\S+), interrupted while/g)].map(
      ([, urn]) => urn as string,
    );
    return {
      changes: numbersIn(summary.resourceChanges),
      interrupted: [...new Set(interrupted)],
      outputs: await this.outputs(),
    };
  }

  /**
   * The commit of the newest update that recorded one, whether or not it succeeded. A killed update leaves no
   * entry. If the program calls this during an update, the stack is locked, so no other update can start in
   * between.
   *
   * @throws {StackError}
   */
  async lastCommit(): Promise<string | undefined> {
    const updates = await this.#explained(this.#stack.history(HISTORY, 1, false));
    const named = updates.find(({ kind, message }) => kind === 'update' && message.startsWith(APPLY));
    return named?.message.slice(APPLY.length);
  }

  /** Updates the state from the cloud; also the way to recover after a killed update. @throws {StackError} */
  async refresh(): Promise<Changes> {
    const { summary } = await this.#explained(
      this.#stack.refresh({ ...this.#printing(), clearPendingCreates: true }),
    );
    return numbersIn(summary.resourceChanges);
  }

  /** Deletes all resources that are not protected. @throws {StackError} */
  async destroy(): Promise<Changes> {
    const { summary } = await this.#explained(this.#stack.destroy(this.#printing()));
    return numbersIn(summary.resourceChanges);
  }

  /** The outputs of the last update; secret ones are masked. @throws {StackError} */
  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.#explained(this.#stack.outputs());
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { value, secret }]) => [
        name,
        secret ? SECRET_OUTPUT : (value as unknown),
      ]),
    );
  }

  /** Deletes the work directory. */
  close(): Promise<void> {
    return this.#parts.clean();
  }

  #printing(): { color: 'never'; onOutput: (text: string) => void } {
    let rest = '';
    const onOutput = (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() as string;
      lines.filter((line) => line.trim() !== '').forEach(this.#parts.onLine);
    };
    return { color: 'never', onOutput };
  }

  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#parts.thrown() ?? explainEngine(error, this.#parts.name);
    }
  }
}

function numbersIn(changes: Readonly<Record<string, number | undefined>> | undefined): Changes {
  return Object.fromEntries(
    Object.entries(changes ?? {}).flatMap(([action, n]) => (n === undefined ? [] : [[action, n]])),
  );
}
