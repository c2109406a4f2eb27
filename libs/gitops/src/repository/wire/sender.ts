import type { Commit } from '../branch.ts';
import type { GitObject, ObjectFormat } from '../git-object.ts';

/** Objects that are to be sent. */
export interface Wanted {
  ids: ReadonlySet<string>;
  /** Whether there are commits among them: they come without their history. */
  commit: boolean;
  format: ObjectFormat;
}

/** The end that sends objects: those that are wanted, and more that is likely to be wanted next. */
export interface Sender {
  /** @throws {Error} where it does not send them */
  send(wanted: Wanted, signal?: AbortSignal): Promise<Map<string, GitObject>>;
  close(): void;
}

/** Where a branch stands. */
export interface Standing {
  tip: Commit | undefined;
  format: ObjectFormat;
}
