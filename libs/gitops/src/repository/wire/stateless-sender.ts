import type { GitObject } from '../git-object.ts';
import { fetchObjects } from './conversation.ts';
import type { Sender, Wanted } from './sender.ts';
import type { Reach } from './service.ts';

/** Over HTTP: each question is a request of its own, which says all that there is to say. */
export class StatelessSender implements Sender {
  readonly #reach: Reach;
  /** Whether the other end can leave things out. It is not asked: that is a request, too. */
  #filters = true;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  async send(wanted: Wanted, signal?: AbortSignal): Promise<Map<string, GitObject>> {
    try {
      return await this.#ask(wanted, this.#filters, signal);
    } catch (error) {
      if (!this.#filters || !wanted.commit) throw error;
      this.#filters = false;
      return this.#ask(wanted, false, signal);
    }
  }

  close(): void {
    // Each request has ended by itself.
  }

  async #ask(wanted: Wanted, filter: boolean, signal?: AbortSignal): Promise<Map<string, GitObject>> {
    const upload = this.#reach('git-upload-pack', signal);
    try {
      return await fetchObjects(upload, wanted, filter ? 'tree:2' : undefined);
    } finally {
      upload.close();
    }
  }
}
