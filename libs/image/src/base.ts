import type { Descriptor, History, Platform } from './oci.ts';

/** What lies below an application's layers. Its layers are referenced and never repacked. */
export interface Base {
  /** `embedded`: assembled from the Node that runs. `pinned`: a public image, fixed by digest. */
  kind: 'embedded' | 'pinned';
  /** Pinned: registry and path it is pulled from. Embedded: a name for people. */
  name: string;
  /** Pinned: the locked digest. Embedded: its only layer. Absent when there is nothing below. */
  digest?: string;
  /** True when nothing is below: the image holds the application only and the host's Node runs it. */
  hostNode?: true;
  platform: Platform;
  layers: Descriptor[];
  /** Digests of the uncompressed layers, in the same order. */
  diffIds: string[];
  /** `NAME=value` pairs the base's configuration sets. */
  env: string[];
  history: History[];
}
