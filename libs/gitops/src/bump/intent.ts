import type { Image } from '../ledger/records.ts';

/** An image that was published for an app and should now be released; the platform has none. Or a stack that was applied. */
export interface Intent {
  /** The project. */
  app: string;
  image?: Image | undefined;
  /** Of a stack: the hash of the graph that is in the cloud now, whatever becomes of its record. */
  graph?: string | undefined;
}

/** A project of a run that did not get as far as an image or an applied graph, and why. */
export interface Failure {
  app: string;
  reason: string;
  /** Of a stack: the engine had begun, so a part of it may be in the cloud. */
  begun?: boolean;
}
