import type { Image } from '../ledger/records.ts';

/** A project to release: an app with its published image, the platform, or an applied stack. */
export interface Intent {
  /** The project. */
  app: string;
  image?: Image | undefined;
  /** For a stack: the hash of the applied graph. */
  graph?: string | undefined;
}

/** A project of a run that failed before its image was published or its graph was applied. */
export interface Failure {
  app: string;
  reason: string;
  /** For a stack: whether the engine had started, so the cloud may have a part of it. */
  begun?: boolean;
}
