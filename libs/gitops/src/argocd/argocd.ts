import type { Application, Cause } from './application.ts';

/** The Argo CD of one cluster, as far as it is asked: it only ever reads. */
export interface ArgoCd {
  /** How to call it in messages, for example `the context "development"`. */
  readonly name: string;
  /** @throws {GitopsError} `auth`, `not-found` (no Argo CD there), `network` */
  application(name: string, signal?: AbortSignal): Promise<Application | undefined>;
  /** All Applications. @throws as {@link application} */
  applications(signal?: AbortSignal): Promise<Application[]>;
  /** The objects of an Application that are in the way, those that say most first. @throws as {@link application} */
  causes(application: Application, signal?: AbortSignal): Promise<Cause[]>;
}
