export { attestImage, type AttestOptions, type AttestResult } from './attest/attest.ts';
export type { Base } from './base/base.ts';
export { imagesBuiltFrom, type BuiltFromOptions } from './attest/built-from.ts';
export { buildImage, type BuildOptions } from './build/build-image.ts';
export { copyImage, type CopyOptions, type CopyResult } from './push/copy-image.ts';
export type { Credentials, CredentialStore } from './registry/docker-credentials.ts';
export { diffImages, type DiffOptions, type ImageDiff, type LayerDiff } from './read/diff-images.ts';
export { keySigner, type Signer } from './attest/dsse.ts';
export { embeddedBase } from './base/embedded-base.ts';
export { ImageError, type ImageErrorCode } from './error.ts';
export { exportImage, type ExportOptions, type ExportResult } from './read/export-image.ts';
export {
  inspectImage,
  type InspectedFile,
  type InspectedImage,
  type InspectedLayer,
  type InspectOptions,
} from './read/inspect-image.ts';
export { listImages, type ListedImage, type ListOptions } from './read/list-images.ts';
export type { Descriptor, History, Platform } from './oci/schemas.ts';
export {
  pinnedBase,
  pinnedBases,
  type BaseLock,
  type PinnedBaseOptions,
  type PinnedBasesOptions,
} from './base/pinned-base.ts';
export type { Policy } from './attest/verification-policy.ts';
export type { ProvenanceSource } from './attest/provenance.ts';
export { publishImage, type PublishOptions } from './push/publish-image.ts';
export { pushImage, type PushOptions, type PushResult } from './push/push-image.ts';
export { readImageResult, type ImageResult } from './layout/image-json.ts';
export { registryCredentials } from './registry/registry-credentials.ts';
export type { PushProgress } from './push/send-image.ts';
export { updateBaseLock, type BaseUpdate } from './base/update-base-lock.ts';
export { unpackImage, type UnpackOptions, type UnpackResult } from './read/unpack-image.ts';
export { verifyImage, type VerifyOptions, type VerifyResult } from './attest/verify.ts';
