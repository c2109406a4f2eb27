import type { Application, Cause } from './application.ts';

/** Read access to the Argo CD of one cluster. */
export interface ArgoCd {
  /** Its name in messages, for example `the context "development"`. */
  readonly name: string;
  /** @throws {GitopsError} `auth`, `not-found` (the cluster has no Argo CD), `network` */
  application(name: string, signal?: AbortSignal): Promise<Application | undefined>;
  /** All Applications. @throws as {@link application} */
  applications(signal?: AbortSignal): Promise<Application[]>;
  /**
   * The objects of an Application that are not healthy, the most specific first.
   *
   * @throws as {@link application}
   */
  causes(application: Application, signal?: AbortSignal): Promise<Cause[]>;
}
