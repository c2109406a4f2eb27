/** A caller that waits in a queue. */
interface Waiting<Work, Answer> {
  work: Work;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
  /** Makes this caller serve all that wait. */
  lead(): void;
}

/** Named queues. One caller per queue works at a time, for all callers that wait by then. */
export class SharedPush<Work, Answer> {
  readonly #queues = new Map<string, Waiting<Work, Answer>[]>();

  /**
   * Queues the work, until this or another caller in the same queue has done it.
   *
   * @param queue the works of one queue are never done at the same time
   * @param serve does all works that wait, and returns their answers in order; an error is for all callers
   */
  async serve(
    queue: string,
    work: Work,
    serve: (works: readonly Work[]) => Promise<readonly Answer[]>,
  ): Promise<Answer> {
    const served = Promise.withResolvers<{ answer: Answer } | 'lead'>();
    const me: Waiting<Work, Answer> = {
      work,
      resolve: (answer) => served.resolve({ answer }),
      reject: served.reject,
      lead: () => served.resolve('lead'),
    };
    const waiting = this.#queues.get(queue);
    if (waiting === undefined) {
      this.#queues.set(queue, [me]);
      me.lead();
    } else {
      waiting.push(me);
    }
    const result = await served.promise;
    return result === 'lead' ? this.#lead(queue, me, serve) : result.answer;
  }

  async #lead(
    queue: string,
    me: Waiting<Work, Answer>,
    serve: (works: readonly Work[]) => Promise<readonly Answer[]>,
  ): Promise<Answer> {
    const all = this.#queues.get(queue)?.splice(0) ?? [];
    const others = all.filter((one) => one !== me);
    try {
      const answers = await serve([me, ...others].map(({ work }) => work));
      others.forEach(({ resolve }, at) => resolve(answers[at + 1] as Answer));
      return answers[0] as Answer;
    } catch (error) {
      for (const { reject } of others) reject(error);
      throw error;
    } finally {
      const next = this.#queues.get(queue);
      if (next?.[0]) next[0].lead();
      else this.#queues.delete(queue);
    }
  }
}
