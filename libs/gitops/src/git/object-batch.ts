import type { GitObject } from './object.ts';
import { ObjectReader } from './object-reader.ts';

/** Milliseconds without a read after which the process is ended: a checkout has no close(). */
const IDLE = 2_000;

/** Looks up objects of a checkout by any name that Git knows, through one process. */
export class ObjectBatch {
  readonly #cwd: string;
  #reader: ObjectReader | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** The object with a name; undefined if it does not exist. @throws {GitopsError} `git`, `usage` */
  async find(name: string): Promise<GitObject | undefined> {
    clearTimeout(this.#idle);
    const reader = (this.#reader ??= new ObjectReader(this.#cwd));
    try {
      return await reader.read(name);
    } catch (error) {
      if (this.#reader === reader) this.#reader = undefined; // the next read starts a new process
      throw error;
    } finally {
      if (this.#reader === reader && !reader.isBusy) this.#endWhenIdle(reader);
    }
  }

  #endWhenIdle(reader: ObjectReader): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#reader = undefined;
      void reader.close();
    }, IDLE).unref();
  }
}
