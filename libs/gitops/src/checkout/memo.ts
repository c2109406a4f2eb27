/** Answers that never change once they are known. */
export class Memo {
  readonly #known = new Map<string, Promise<string | undefined>>();

  /** Asks once. What was not found is asked again, because a fetch may have brought it. */
  async get(question: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const asked = this.#known.get(question) ?? ask();
    this.#known.set(question, asked);
    const answer = await asked;
    if (answer === undefined) this.#known.delete(question);
    return answer;
  }
}
