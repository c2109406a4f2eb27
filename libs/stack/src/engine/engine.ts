import type { Stack } from '@pulumi/pulumi/automation/index.js';
import type { StackError } from '../error.ts';
import { explainEngine, type StackName } from './explain.ts';

/** How many resources an operation makes, changes, … by the engine's own words: `create`, `update`, `same`, … */
export type Changes = Readonly<Record<string, number>>;

/** What an operation did. */
export interface Applied {
  changes: Changes;
  /** URNs of what an update that was killed had begun; the cloud may hold each of them a second time. Mostly none. */
  interrupted: readonly string[];
  /** The stack's outputs; secret ones are masked. */
  outputs: Readonly<Record<string, unknown>>;
}

/** How an engine is held: what it runs, and what to do when it is no longer needed. */
export interface EngineParts {
  stack: Stack;
  name: StackName;
  /** What the program threw in the operation under way; the engine's own words about it are longer and say less. */
  thrown: () => StackError | undefined;
  onLine: (line: string) => void;
  clean: () => Promise<void>;
}

/** What the message of an update that has a commit begins with. */
const APPLY = 'Apply ';

/** How many entries of the engine's history are looked at: people refresh and destroy, too. */
const HISTORY = 10;

const SECRET_OUTPUT = '[secret]';

/** The engine on one stack: every operation either does all of its work, or says what became of it. */
export class Engine {
  readonly #stack: Stack;
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#stack = parts.stack;
    this.#parts = parts;
  }

  /**
   * What an update would do, asked of the providers.
   *
   * @param policyPacks folders of policy packs that must not be violated. @default none
   * @throws {StackError} `refused` when one is
   */
  async preview(policyPacks: readonly string[] = []): Promise<Changes> {
    const options = { ...this.#printing(), policyPacks: [...policyPacks] };
    const { changeSummary } = await this.#explained(this.#stack.preview(options));
    return numbersIn(changeSummary);
  }

  /**
   * Makes the cloud what the program says.
   *
   * @param commit what is applied; the engine's own history keeps it. @default not named
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
   * The commit of the newest update that had one, whether or not it succeeded; none after an update that was killed. The
   * program may ask while it is applied: then nobody else can be quicker.
   *
   * @throws {StackError}
   */
  async lastCommit(): Promise<string | undefined> {
    const updates = await this.#explained(this.#stack.history(HISTORY, 1, false));
    const named = updates.find(({ kind, message }) => kind === 'update' && message.startsWith(APPLY));
    return named?.message.slice(APPLY.length);
  }

  /** Makes the state what the cloud says; also the way out after an update that was killed. @throws {StackError} */
  async refresh(): Promise<Changes> {
    const { summary } = await this.#explained(
      this.#stack.refresh({ ...this.#printing(), clearPendingCreates: true }),
    );
    return numbersIn(summary.resourceChanges);
  }

  /** Takes everything away that is not protected. @throws {StackError} */
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

  /** Removes the work directory. */
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
    Object.entries(changes ?? {}).flatMap(([word, n]) => (n === undefined ? [] : [[word, n]])),
  );
}
