import * as Type from 'typebox';
import { digestPattern } from './digest.ts';
import { readJson } from '../json/validate.ts';

/** Media types of the OCI image-spec 1.1, and Docker's older types, which are read but not written. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

/** Annotation of an OCI layout's entry that carries a tag. */
export const refName = 'org.opencontainers.image.ref.name';

const Digest = Type.String({ pattern: digestPattern });
const Annotations = Type.Record(Type.String(), Type.String());

const PlatformSchema = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  variant: Type.Optional(Type.String()),
});
/** Operating system and processor, with Go's names as in the OCI specifications (`linux`, `amd64`). */
export type Platform = Type.Static<typeof PlatformSchema>;

export const DescriptorSchema = Type.Object({
  mediaType: Type.String(),
  digest: Digest,
  size: Type.Integer({ minimum: 0 }),
  platform: Type.Optional(PlatformSchema),
  /** The type of a manifest in a list of referrers, such as a signature or an SBOM. */
  artifactType: Type.Optional(Type.String()),
  annotations: Type.Optional(Annotations),
});
/** A reference to content: media type, digest and size in bytes. */
export type Descriptor = Type.Static<typeof DescriptorSchema>;

export const IndexSchema = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.Enum([mediaTypes.index, mediaTypes.dockerIndex])),
  manifests: Type.Array(DescriptorSchema, { maxItems: 1000 }),
  annotations: Type.Optional(Annotations),
});
export type Index = Type.Static<typeof IndexSchema>;

export const ManifestSchema = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.Enum([mediaTypes.manifest, mediaTypes.dockerManifest])),
  config: DescriptorSchema,
  layers: Type.Array(DescriptorSchema, { maxItems: 1000 }),
  annotations: Type.Optional(Annotations),
});
export type Manifest = Type.Static<typeof ManifestSchema>;

const HistorySchema = Type.Object({
  created: Type.Optional(Type.String()),
  created_by: Type.Optional(Type.String()),
  comment: Type.Optional(Type.String()),
  empty_layer: Type.Optional(Type.Boolean()),
});
export type History = Type.Static<typeof HistorySchema>;

export const ImageConfigSchema = Type.Object({
  os: Type.String(),
  architecture: Type.String(),
  variant: Type.Optional(Type.String()),
  created: Type.Optional(Type.String()),
  config: Type.Optional(
    Type.Object({
      User: Type.Optional(Type.String()),
      WorkingDir: Type.Optional(Type.String()),
      Env: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
      Entrypoint: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
      Cmd: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
      Labels: Type.Optional(Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()])),
    }),
  ),
  rootfs: Type.Object({ type: Type.Literal('layers'), diff_ids: Type.Array(Digest) }),
  history: Type.Optional(Type.Array(HistorySchema)),
});
export type ImageConfig = Type.Static<typeof ImageConfigSchema>;

/** `linux/amd64`, `linux/arm64/v8`. */
export function platformName(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

/** The Linux platform of this machine. Containers run Linux also on other systems. */
export function hostPlatform(): Platform {
  const names: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };
  return { os: 'linux', architecture: names[process.arch] ?? process.arch };
}

/**
 * The media type of a manifest or index. OCI documents may omit `mediaType`; then the hint is used, and
 * without a known hint the presence of `manifests`.
 */
export function documentType(bytes: Buffer, hint: string | undefined): string {
  const { mediaType, manifests } = readJson(ShapeSchema, bytes, 'a manifest');
  if (mediaType !== undefined) return mediaType;
  const known: readonly string[] = Object.values(mediaTypes);
  if (hint !== undefined && known.includes(hint)) return hint;
  return manifests === undefined ? mediaTypes.manifest : mediaTypes.index;
}

const ShapeSchema = Type.Object({
  mediaType: Type.Optional(Type.String()),
  manifests: Type.Optional(Type.Unknown()),
});

/** True for the media types of an index: a list of manifests, one per platform. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === mediaTypes.index || mediaType === mediaTypes.dockerIndex;
}
