import { Check } from 'typebox/schema';
import { readSmall } from './attest.ts';
import {
  ArtifactSchema,
  bundleType,
  readSigstoreBundle,
  statementKind,
  StatementSchema,
} from './attestation.ts';
import { hexOf } from './digest.ts';
import { registryCredentials } from './registry-credentials.ts';
import { parseDocument } from './document.ts';
import { statementType } from './dsse.ts';
import { listImages, type ListedImage, type ListOptions } from './list.ts';
import { openOrigin, type Origin } from './origin.ts';
import { predicateTypes, ProvenanceSchema } from './provenance.ts';
import { parseRepository } from './reference.ts';

/** Where to look, and for what. */
export interface BuiltFromOptions extends ListOptions {
  /** The commit that was built. */
  commit: string;
}

/**
 * The images with a tag whose provenance names a commit. An image that a later commit did not change has the provenance
 * of the earlier one. No signature is asked for, so that it is worth as much as the right to write to the repository:
 * {@link verifyImage} tells whether a key stands behind it.
 *
 * @throws ImageError `invalid-input`, `repository-missing`, `document-invalid`, `unauthorized`, `registry-unreachable`, …
 */
export async function imagesBuiltFrom(options: BuiltFromOptions): Promise<ListedImage[]> {
  const { commit, insecure, credentials = registryCredentials(), deadlineMs = 60_000 } = options;
  const images = (await listImages(options)).filter(({ tag }) => tag !== undefined);
  const signal = AbortSignal.timeout(deadlineMs);
  const origin = await openOrigin(parseRepository(options.repository), { credentials, signal, insecure });
  try {
    const built = await Promise.all(images.map(({ digest }) => commitsOf(origin, digest)));
    return images.filter((_, at) => built[at]?.includes(commit));
  } finally {
    origin.close();
  }
}

/** The commits that the provenance of an image names. */
async function commitsOf(origin: Origin, digest: string): Promise<string[]> {
  const kind = statementKind(undefined);
  const listed = (await origin.referrers(digest)).filter((one) => kind(one) === predicateTypes.provenance);
  const predicates = await Promise.all(
    listed.map((referrer) => predicateOf(origin, referrer.digest, digest)),
  );
  return predicates.flatMap((predicate) => {
    if (!Check(ProvenanceSchema, predicate)) return [];
    const dependencies = predicate.buildDefinition.resolvedDependencies ?? [];
    return dependencies.flatMap((dependency) => dependency.digest?.['gitCommit'] ?? []);
  });
}

/** What a statement says of an image, signed or not. */
async function predicateOf(origin: Origin, referrer: string, image: string): Promise<unknown> {
  const manifest = await origin.document(referrer);
  const { layers } = parseDocument(ArtifactSchema, manifest.bytes, referrer);
  const layer = layers.find(({ mediaType }) => mediaType === bundleType || mediaType === statementType);
  if (layer === undefined) return undefined;
  const bytes = await readSmall(origin.blobs, layer);
  const payload =
    layer.mediaType === bundleType
      ? Buffer.from(readSigstoreBundle(bytes, referrer).envelope.payload, 'base64')
      : bytes;
  const { subject, predicate } = parseDocument(StatementSchema, payload, referrer);
  return subject.some(({ digest }) => digest['sha256'] === hexOf(image)) ? predicate : undefined;
}
