import type { GitObject } from '../git-object.ts';
import { fetchObjects, readAbilities, readTip, type Abilities } from './conversation.ts';
import type { Sender, Standing, Wanted } from './sender.ts';
import type { Reach, Service } from './service.ts';

/** Over a connection that lasts: it begins with what the other end can do, and then one question follows another. */
export class StatefulSender implements Sender {
  readonly #reach: Reach;
  #upload: Service | undefined;
  #can: Abilities | undefined;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Asks where a branch stands. Always anew: a git that was asked once remembers what it has said. */
  async standing(ref: string, signal?: AbortSignal): Promise<Standing> {
    this.close();
    const { upload, can } = await this.#open(signal);
    return { tip: await readTip(upload, ref, can.format), format: can.format };
  }

  async send(wanted: Wanted, signal?: AbortSignal): Promise<Map<string, GitObject>> {
    const { upload, can } = await this.#open(signal);
    return fetchObjects(upload, wanted, can.filter && wanted.commit ? { filter: 'blob:none' } : {});
  }

  close(): void {
    this.#upload?.close();
    this.#upload = undefined;
  }

  async #open(signal?: AbortSignal): Promise<{ upload: Service; can: Abilities }> {
    if (this.#upload === undefined) {
      this.#upload = this.#reach('git-upload-pack', signal);
      this.#can = undefined;
    }
    this.#can ??= await readAbilities(this.#upload);
    return { upload: this.#upload, can: this.#can };
  }
}
