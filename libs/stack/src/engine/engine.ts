import type { Stack } from '@pulumi/pulumi/automation/index.js';
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

const SECRET_OUTPUT = '[secret]';

/** The engine on one stack: every operation either does all of its work, or says what became of it. */
export class Engine {
  readonly #stack: Stack;
  readonly #name: StackName;
  readonly #onLine: (line: string) => void;
  readonly #clean: () => Promise<void>;

  constructor(stack: Stack, name: StackName, onLine: (line: string) => void, clean: () => Promise<void>) {
    this.#stack = stack;
    this.#name = name;
    this.#onLine = onLine;
    this.#clean = clean;
  }

  /** What an update would do, asked of the providers. @throws {StackError} */
  async preview(): Promise<Changes> {
    const { changeSummary } = await this.#explained(this.#stack.preview(this.#printing()));
    return numbersIn(changeSummary);
  }

  /** Makes the cloud what the program says. @throws {StackError} */
  async up(): Promise<Applied> {
    const { summary, stdout } = await this.#explained(this.#stack.up(this.#printing()));
    const interrupted = [...stdout.matchAll(/\* (urn:\S+), interrupted while/g)].map(
      ([, urn]) => urn as string,
    );
    return {
      changes: numbersIn(summary.resourceChanges),
      interrupted: [...new Set(interrupted)],
      outputs: await this.outputs(),
    };
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
    return this.#clean();
  }

  #printing(): { color: 'never'; onOutput: (text: string) => void } {
    let rest = '';
    const onOutput = (text: string) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() as string;
      lines.filter((line) => line.trim() !== '').forEach(this.#onLine);
    };
    return { color: 'never', onOutput };
  }

  async #explained<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw explainEngine(error, this.#name);
    }
  }
}

function numbersIn(changes: Readonly<Record<string, number | undefined>> | undefined): Changes {
  return Object.fromEntries(
    Object.entries(changes ?? {}).flatMap(([word, n]) => (n === undefined ? [] : [[word, n]])),
  );
}
