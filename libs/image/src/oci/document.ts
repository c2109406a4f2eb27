import { digestOf } from './digest.ts';
import type { Descriptor } from './schemas.ts';

/** Content, with the descriptor that follows from it. */
export function document(mediaType: string, bytes: Buffer): Document {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

/** The configuration of a manifest that is no image (image-spec 1.1, "Guidance for an Empty Descriptor"). */
export const emptyConfig = document('application/vnd.oci.empty.v1+json', Buffer.from('{}'));

/** Content together with what describes it. */
export interface Document {
  descriptor: Descriptor;
  bytes: Buffer;
}
