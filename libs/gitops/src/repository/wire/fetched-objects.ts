import type { GitObject, ObjectFormat, ObjectType } from '../git-object.ts';
import type { FarObjects } from './far-objects.ts';
import type { Sender } from './sender.ts';

/** What is asked for in one request. */
interface Question {
  ids: Set<string>;
  commit: boolean;
  answer: Promise<void>;
}

/** The objects of a repository that sends packs, by request: those that are asked for at the same time come together. */
export class FetchedObjects implements FarObjects {
  readonly #sender: Sender;
  readonly #objects = new Map<string, GitObject>();
  #question: Question | undefined;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  async read(id: string, type: ObjectType, format: ObjectFormat, signal?: AbortSignal): Promise<GitObject> {
    if (!this.#objects.has(id)) await this.#ask(id, type, format, signal);
    const found = this.#objects.get(id);
    if (found?.type !== type) throw new Error(`${id} was not sent`);
    return found;
  }

  async close(): Promise<void> {
    this.#sender.close();
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
    const sent = new Promise((next) => setImmediate(next)).then(async () => {
      this.#question = undefined;
      const found = await this.#sender.send({ ids: question.ids, commit: question.commit, format }, signal);
      for (const [id, object] of found) this.#objects.set(id, object);
    });
    const question: Question = { ids: new Set(), commit: false, answer: sent };
    return question;
  }
}
