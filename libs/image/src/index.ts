export type { Base } from './base.ts';
export { buildImage, type BuildOptions } from './build.ts';
export { copyImage, type CopyOptions, type CopyResult } from './copy.ts';
export { dockerCredentials, type Credentials, type CredentialStore } from './credentials.ts';
export { diffImages, type DiffOptions, type ImageDiff, type LayerDiff } from './diff.ts';
export { embeddedBase } from './embedded-base.ts';
export { ImageError, type ImageErrorCode } from './error.ts';
export { exportImage, type ExportOptions, type ExportResult } from './export.ts';
export type { ImageLocation } from './image.ts';
export { inspectImage, type InspectedFile, type InspectedImage, type InspectedLayer } from './inspect.ts';
export { listImages, type ListedImage, type ListOptions } from './list.ts';
export type { Descriptor, History, Platform } from './oci.ts';
export {
  BaseLockSchema,
  pinnedBase,
  pinnedBases,
  type BaseLock,
  type PinnedBaseOptions,
  type PinnedBasesOptions,
} from './pinned-base.ts';
export { pushImage, type PushOptions, type PushResult } from './push.ts';
export { parseRepository, type Repository } from './reference.ts';
export { ImageResultSchema, readImageResult, type ImageResult } from './result.ts';
export type { PushProgress } from './send.ts';
export { unpackImage, type UnpackOptions, type UnpackResult } from './unpack.ts';
