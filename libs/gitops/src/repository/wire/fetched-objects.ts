import type { GitObject, ObjectFormat, ObjectType } from '../git-object.ts';
import { fetchObjects } from './conversation.ts';
import type { FarObjects } from './far-objects.ts';
import type { Reach } from './service.ts';

/** What is asked for in one request. */
interface Question {
  ids: Set<string>;
  commit: boolean;
  answer: Promise<void>;
}

/**
 * The objects of a repository that sends packs, by request: those that are asked for at the same time come together. With
 * a folder comes what lies in it, so that a request leads two folders further down. An end that cannot leave things out
 * sends all of a commit at once.
 */
export class FetchedObjects implements FarObjects {
  readonly #reach: Reach;
  readonly #objects = new Map<string, GitObject>();
  #question: Question | undefined;
  /** Whether the other end can leave out what lies deeper. */
  #filters = true;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  async read(id: string, type: ObjectType, format: ObjectFormat, signal?: AbortSignal): Promise<GitObject> {
    if (!this.#objects.has(id)) await this.#ask(id, type, format, signal);
    const found = this.#objects.get(id);
    if (found?.type !== type) throw new Error(`${id} was not sent`);
    return found;
  }

  async close(): Promise<void> {
    this.#objects.clear();
  }

  /** Joins a request, and begins one where none is waiting to be sent. */
  async #ask(id: string, type: ObjectType, format: ObjectFormat, signal?: AbortSignal): Promise<void> {
    this.#question ??= this.#begin(format, signal);
    this.#question.ids.add(id);
    this.#question.commit ||= type === 'commit';
    await this.#question.answer;
  }

  #begin(format: ObjectFormat, signal?: AbortSignal): Question {
    const sent = new Promise((next) => setImmediate(next)).then(() => {
      this.#question = undefined;
      return this.#fetch(question, format, signal);
    });
    const question: Question = { ids: new Set(), commit: false, answer: sent };
    return question;
  }

  async #fetch({ ids, commit }: Question, format: ObjectFormat, signal?: AbortSignal): Promise<void> {
    const get = (filter: boolean) => fetchObjects(this.#reach, { ids, commit, format, filter }, signal);
    const found = await get(this.#filters).catch((error: unknown) => {
      if (!this.#filters || !commit) throw error;
      this.#filters = false;
      return get(false);
    });
    for (const [id, object] of found) this.#objects.set(id, object);
  }
}
