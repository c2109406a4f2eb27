import { digestOf } from './digest.ts';
import type { Descriptor } from './schemas.ts';

/** Makes a document: computes the descriptor of the content. */
export function document(mediaType: string, bytes: Buffer): Document {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

/** Configuration of a manifest that is not an image (image-spec 1.1, "Guidance for an Empty Descriptor"). */
export const emptyConfig = document('application/vnd.oci.empty.v1+json', Buffer.from('{}'));

/** Content and its descriptor. */
export interface Document {
  descriptor: Descriptor;
  bytes: Buffer;
}
