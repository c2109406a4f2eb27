import { spawnSync } from 'node:child_process';
import { styleText } from 'node:util';
import { withoutNx } from '../scratch.ts';

/** One stop of the tour and how long it took. */
interface Stop {
  title: string;
  milliseconds: number;
}

/** The result of a command of the tour. */
export interface Answer {
  code: number;
  output: string;
}

/** Prints the steps of the tour, and a timeline at the end. */
export class Tour {
  readonly #stops: Stop[] = [];
  readonly #folder: string;
  #last = '';

  /** @param folder where commands run */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs one stop, prints its title and measures its duration. */
  async stop(title: string, visit: () => void | Promise<void>): Promise<void> {
    const started = performance.now();
    console.log(`\n${styleText('bold', `${this.#stops.length + 1}. ${title}`)}`);
    await visit();
    this.#stops.push({ title, milliseconds: performance.now() - started });
  }

  /** Runs a command and prints the matching lines of its output. */
  type(command: string, show: RegExp): Answer {
    console.log(styleText('cyan', `$ npx ${command}`));
    const [program = '', ...args] = command.split(' ');
    const done = spawnSync(program, args, {
      cwd: this.#folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      // With its plugins in its own process, Nx starts in half the time.
      env: { ...withoutNx(process.env), NX_ISOLATE_PLUGINS: 'false', FORCE_COLOR: '0', NO_COLOR: '1' },
    });
    if (done.error) throw done.error;
    const output = `${done.stdout}${done.stderr}`;
    this.#last = output;
    for (const line of output.split('\n')) if (show.test(line)) console.log(`  ${line.trimEnd()}`);
    return { code: done.status ?? 1, output };
  }

  /** Prints text unchanged. */
  say(text: string): void {
    for (const line of text.trimEnd().split('\n')) console.log(`  ${line}`);
  }

  /** The output of the last command, for error reports. */
  get last(): string {
    return this.#last;
  }

  /** One bar per stop, proportional to its duration. */
  timeline(): string {
    const longest = Math.max(...this.#stops.map(({ milliseconds }) => milliseconds));
    const width = Math.max(...this.#stops.map(({ title }) => title.length));
    const lines = this.#stops.map(({ title, milliseconds }) => {
      const bar = '█'.repeat(Math.max(1, Math.round((30 * milliseconds) / longest)));
      return `  ${title.padEnd(width)}  ${(milliseconds / 1000).toFixed(1).padStart(5)} s  ${bar}`;
    });
    const total = this.#stops.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    return [...lines, `  ${'in all'.padEnd(width)}  ${(total / 1000).toFixed(1).padStart(5)} s`].join('\n');
  }
}

/** Stops the tour if an expectation is not met. */
export function expect(holds: boolean, expectation: string): void {
  if (!holds) throw new Error(`The demo failed: it expects that ${expectation}`);
}
