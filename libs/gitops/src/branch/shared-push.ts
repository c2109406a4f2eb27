/** One who waits: the work, and how to tell what came of it. */
interface Waiting<Work, Answer> {
  work: Work;
  tell(answer: Answer): void;
  fail(error: unknown): void;
  /** Called when it is this one's turn to serve all who wait. */
  lead(): void;
}

/**
 * Lines of work: one worker a line at a time, who serves everybody that waits by then, himself among them.
 */
export class SharedPush<Work, Answer> {
  readonly #lines = new Map<string, Waiting<Work, Answer>[]>();

  /**
   * Waits for the work's turn and does it, or has it done by one who waits in the same line.
   *
   * @param line works with one name are never done at the same time
   * @param serve does all the works that wait; an answer for each, in their order. What it throws, all get
   */
  async serve(
    line: string,
    work: Work,
    serve: (works: readonly Work[]) => Promise<readonly Answer[]>,
  ): Promise<Answer> {
    const served = Promise.withResolvers<{ answer: Answer } | 'lead'>();
    const me: Waiting<Work, Answer> = {
      work,
      tell: (answer) => served.resolve({ answer }),
      fail: served.reject,
      lead: () => served.resolve('lead'),
    };
    const waiting = this.#lines.get(line);
    if (waiting === undefined) {
      this.#lines.set(line, [me]);
      me.lead();
    } else {
      waiting.push(me);
    }
    const turn = await served.promise;
    return turn === 'lead' ? this.#lead(line, me, serve) : turn.answer;
  }

  async #lead(
    line: string,
    me: Waiting<Work, Answer>,
    serve: (works: readonly Work[]) => Promise<readonly Answer[]>,
  ): Promise<Answer> {
    const all = this.#lines.get(line)?.splice(0) ?? [];
    const others = all.filter((one) => one !== me);
    try {
      const answers = await serve([me, ...others].map(({ work }) => work));
      others.forEach(({ tell }, at) => tell(answers[at + 1] as Answer));
      return answers[0] as Answer;
    } catch (error) {
      for (const { fail } of others) fail(error);
      throw error;
    } finally {
      const next = this.#lines.get(line);
      if (next?.[0]) next[0].lead();
      else this.#lines.delete(line);
    }
  }
}
