export { attestImage, type AttestOptions, type AttestResult } from './attest.ts';
export type { Base } from './base.ts';
export { imagesBuiltFrom, type BuiltFromOptions } from './built-from.ts';
export { buildImage, type BuildOptions } from './build.ts';
export { copyImage, type CopyOptions, type CopyResult } from './copy.ts';
export type { Credentials, CredentialStore } from './credentials.ts';
export { diffImages, type DiffOptions, type ImageDiff, type LayerDiff } from './diff.ts';
export { keySigner, type Signer } from './dsse.ts';
export { embeddedBase } from './embedded-base.ts';
export { ImageError, type ImageErrorCode } from './error.ts';
export { exportImage, type ExportOptions, type ExportResult } from './export.ts';
export {
  inspectImage,
  type InspectedFile,
  type InspectedImage,
  type InspectedLayer,
  type InspectOptions,
} from './inspect.ts';
export { listImages, type ListedImage, type ListOptions } from './list.ts';
export type { Descriptor, History, Platform } from './oci.ts';
export {
  pinnedBase,
  pinnedBases,
  type BaseLock,
  type PinnedBaseOptions,
  type PinnedBasesOptions,
} from './pinned-base.ts';
export type { Policy } from './policy.ts';
export type { Source } from './provenance.ts';
export { publishImage, type PublishOptions } from './publish.ts';
export { pushImage, type PushOptions, type PushResult } from './push.ts';
export { readImageResult, type ImageResult } from './result.ts';
export { registryCredentials } from './registry-credentials.ts';
export type { PushProgress } from './send.ts';
export { updateBaseLock, type BaseUpdate } from './update-base.ts';
export { unpackImage, type UnpackOptions, type UnpackResult } from './unpack.ts';
export { verifyImage, type VerifyOptions, type VerifyResult } from './verify.ts';
