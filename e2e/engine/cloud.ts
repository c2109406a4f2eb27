import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROVIDER = resolve(import.meta.dirname, '../../libs/stack/engine-test/stub-provider.ts');

/** A cloud that is a folder, the provider for it, and a store for the engine's state. */
export class Cloud {
  readonly #home = mkdtempSync(join(tmpdir(), 'slipway-cloud-'));
  readonly backend = `file://${this.#home}/cloud-state`;
  /** What a program names to be let through: a file. */
  readonly gate = join(this.#home, 'gate');
  #provider: ChildProcess | undefined;

  /** Starts the provider, and makes this process and its children use it. */
  async open(): Promise<void> {
    for (const folder of ['things', 'cloud-state', 'home']) mkdirSync(join(this.#home, folder));
    const provider = spawn(process.execPath, [PROVIDER, join(this.#home, 'things')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#provider = provider;
    const [port] = (await once(provider.stdout, 'data')) as [Buffer];
    Object.assign(process.env, {
      PULUMI_BACKEND_URL: this.backend,
      PULUMI_CONFIG_PASSPHRASE: 'test',
      PULUMI_DEBUG_PROVIDERS: `test:${port.toString().trim()}`,
      PULUMI_HOME: join(this.#home, 'home'),
    });
  }

  /** How many things are in it. */
  get things(): number {
    return readdirSync(join(this.#home, 'things')).length;
  }

  /** All that the engine has written to its store. */
  get state(): string {
    return textOf(join(this.#home, 'cloud-state'));
  }

  /** Lets everything through that waits at the gate, or is refused there, until it is shut again. */
  letThrough(): void {
    writeFileSync(this.gate, '');
  }

  shut(): void {
    for (const file of [this.gate, `${this.gate}.waiting`]) rmSync(file, { force: true });
  }

  /** Until something waits at the gate. */
  async someoneWaits(): Promise<void> {
    while (!existsSync(`${this.gate}.waiting`)) await sleep(50);
  }

  close(): void {
    this.#provider?.kill('SIGKILL');
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Everything that a file or the files of a folder say. */
export function textOf(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  return readdirSync(path)
    .map((name) => textOf(join(path, name)))
    .join('');
}
