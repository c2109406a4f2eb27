import { tryGit } from './run-git.ts';
import type { GitObject } from './object.ts';
import { parseAnswer } from './object-reader.ts';

/** Looks up objects of a checkout by any name that Git knows: what is asked for in one go takes one process. */
export class ObjectBatch {
  readonly #cwd: string;
  #asked = new Map<string, PromiseWithResolvers<GitObject | undefined>>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** The object that a name stands for; undefined where there is none. */
  find(name: string): Promise<GitObject | undefined> {
    if (/[\n\0]/.test(name)) return Promise.resolve(undefined); // names are lines
    if (this.#asked.size === 0) setImmediate(() => void this.#ask());
    const question = this.#asked.get(name) ?? Promise.withResolvers<GitObject | undefined>();
    this.#asked.set(name, question);
    return question.promise;
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    this.#asked = new Map();
    const input = [...asked.keys()].map((name) => `${name}\n`).join('');
    try {
      let { stdout: rest } = await tryGit(['cat-file', '--batch'], { cwd: this.#cwd, input });
      for (const { resolve } of asked.values()) {
        const answer = parseAnswer(rest);
        resolve(answer.size === undefined ? undefined : answer.object);
        rest = rest.subarray(answer.size ?? rest.length);
      }
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}
