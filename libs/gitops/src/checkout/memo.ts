/** A cache of answers that never change. */
export class Memo {
  readonly #known = new Map<string, Promise<string | undefined>>();

  /** Asks once per question. An undefined answer is not kept, because a later fetch may bring the object. */
  async get(question: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asked = this.#known.get(question) ?? ask();
    this.#known.set(question, asked);
    const answer = await asked;
    if (answer === undefined) this.#known.delete(question);
    return answer;
  }
}
