import type { PacketReader } from './packet.ts';

/** The two ends of Git's protocol: one sends objects, the other takes them. */
export type ServiceName = 'git-upload-pack' | 'git-receive-pack';

/** A conversation with one of them. */
export interface Service {
  /** What it says of itself before it is asked anything. */
  greeting(): Promise<PacketReader>;
  /** Asks, and answers what comes back. */
  ask(request: Buffer): Promise<PacketReader>;
  /** Ends it, whatever was left unsaid. */
  close(): void;
}

/** How to reach the services of a repository. @param signal ends it */
export type Reach = (name: ServiceName, signal?: AbortSignal) => Service;
