import { join } from 'node:path';
import * as Type from 'typebox';
import { readWhole } from '../disk/read-chunks.ts';
import { digestPattern } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';

/** The file beside the layout with the result of the build; a declared output of the `image` target. */
export const resultFile = 'image.json';

const Digest = Type.String({ pattern: digestPattern });
const closed = { additionalProperties: false };

const ImageResultSchema = Type.Object(
  {
    /** Digest of the image index. This digest is deployed. */
    digest: Digest,
    platforms: Type.Array(Type.Object({ platform: Type.String(), digest: Digest }, closed), { minItems: 1 }),
    /** The layers of the application. `size` is the size of the compressed blob in bytes. */
    layers: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          digest: Digest,
          diffId: Digest,
          size: Type.Integer({ minimum: 0 }),
          files: Type.Integer({ minimum: 1 }),
          /** The only platform that has this layer. Absent if all platforms have it. */
          platform: Type.Optional(Type.String()),
        },
        closed,
      ),
    ),
    base: Type.Object(
      {
        kind: Type.Enum(['embedded', 'pinned']),
        name: Type.String(),
        digest: Type.Optional(Digest),
        /** Compressed size of the base's layers of all platforms, in bytes. */
        size: Type.Optional(Type.Integer({ minimum: 0 })),
        /** The image does not contain Node; the host's Node runs it. */
        hostNode: Type.Optional(Type.Literal(true)),
      },
      closed,
    ),
    /** Paths that look like secrets and were explicitly allowed. */
    allowed: Type.Optional(Type.Array(Type.String())),
    /** Versions that the compressed bytes depend on. */
    tools: Type.Object({ node: Type.String(), zlib: Type.String(), slipwayImage: Type.String() }, closed),
  },
  closed,
);
/** The result of `buildImage`: the content of `image.json`. */
export type ImageResult = Type.Static<typeof ImageResultSchema>;

/**
 * Reads `image.json` from a folder that `buildImage` wrote.
 * @throws ImageError `document-invalid` if it is missing or not valid.
 */
export async function readImageResult(folder: string): Promise<ImageResult> {
  const file = join(folder, resultFile);
  const remedy = `"${folder}" has no ${resultFile}: build the image first`;
  const bytes = readWhole(
    file,
    (cause) => new ImageError('document-invalid', remedy, { value: file, cause }),
  );
  return readJson(ImageResultSchema, bytes, file);
}

/** The SBOM file beside the layout; written if `metafile` is given. */
export const sbomFile = 'sbom.cdx.json';
