import type { GitObject } from '../git-object.ts';
import { fetchObjects, TooMuch, type Portion } from './conversation.ts';
import { SMALL_BYTES, SMALL_OBJECTS } from './limits.ts';
import type { Sender, Wanted } from './sender.ts';
import type { Reach } from './service.ts';

/**
 * Over HTTP: each question is a request of its own, which says all that there is to say. Most of what one costs is that
 * it is one, so a commit that holds little is taken whole, and from one that holds much its folders first, and then the files
 * that are asked for. An end that cannot leave files out sends all of them.
 */
export class StatelessSender implements Sender {
  readonly #reach: Reach;
  /** What to ask of a commit: what did not do once is not tried again. */
  #portion: Portion = { bytes: SMALL_BYTES, objects: SMALL_OBJECTS };

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  async send(wanted: Wanted, signal?: AbortSignal): Promise<Map<string, GitObject>> {
    if (!wanted.commit) return this.#ask(wanted, {}, signal);
    try {
      return await this.#ask(wanted, this.#portion, signal);
    } catch (error) {
      if (error instanceof TooMuch) this.#portion = { filter: 'blob:none' };
      else if (this.#portion.filter) this.#portion = {};
      else throw error;
      return this.send(wanted, signal);
    }
  }

  close(): void {
    // Each request has ended by itself.
  }

  async #ask(wanted: Wanted, portion: Portion, signal?: AbortSignal): Promise<Map<string, GitObject>> {
    const upload = this.#reach('git-upload-pack', signal);
    try {
      return await fetchObjects(upload, wanted, portion);
    } finally {
      upload.close();
    }
  }
}
