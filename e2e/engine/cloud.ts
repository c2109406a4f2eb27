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

/** A folder as the cloud, a provider for it, and a store for the engine's state. */
export class Cloud {
  readonly #home = mkdtempSync(join(tmpdir(), 'slipway-cloud-'));
  readonly backend = `file://${this.#home}/cloud-state`;
  /** The file of the gate, which a program names to wait for it. */
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

  /** The number of things in the cloud. */
  get things(): number {
    return readdirSync(join(this.#home, 'things')).length;
  }

  /** The content of all files that the engine has written to its store. */
  get state(): string {
    return textOf(join(this.#home, 'cloud-state'));
  }

  /** Opens the gate until it is closed again: resources that wait for it, or are refused there, pass. */
  openGate(): void {
    writeFileSync(this.gate, '');
  }

  closeGate(): void {
    for (const file of [this.gate, `${this.gate}.waiting`]) rmSync(file, { force: true });
  }

  /** Waits until a resource waits at the gate. */
  async untilWaiting(): Promise<void> {
    while (!existsSync(`${this.gate}.waiting`)) await sleep(50);
  }

  close(): void {
    this.#provider?.kill('SIGKILL');
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The text of a file, or of all files in a folder. */
export function textOf(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8');
  return readdirSync(path)
    .map((name) => textOf(join(path, name)))
    .join('');
}
