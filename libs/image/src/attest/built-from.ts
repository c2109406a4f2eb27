import {
  ArtifactSchema,
  bundleType,
  listedCommit,
  readSigstoreBundle,
  statementKind,
  StatementSchema,
} from './attestation.ts';
import { hexOf } from '../oci/digest.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { readJson } from '../json/validate.ts';
import { statementType } from './dsse.ts';
import { listImages, type ListedImage, type ListOptions } from '../read/list-images.ts';
import { openOrigin, type Origin } from '../read/image-origin.ts';
import { commitsOf, predicateTypes } from './provenance.ts';
import { parseRepository } from '../oci/reference.ts';
import { readSmall } from '../layout/blob-source.ts';

/** The repository to search, and the commit. */
export interface BuiltFromOptions extends ListOptions {
  /** The commit that was built. */
  commit: string;
}

/**
 * Finds the tagged images whose provenance names a commit. An image that a later commit did not change has
 * the provenance of the earlier commit. Signatures are not checked, so everyone who can write to the
 * repository can forge the result; use {@link verifyImage} to check the signature.
 *
 * Registries have no such query. A search takes one request per tag and one to three per image, eight at a
 * time. A statement is read only if its listing does not name another commit. `deadlineMs` covers all.
 *
 * @throws ImageError `invalid-input`, `repository-missing`, `document-invalid`, `unauthorized`, `deadline`, …
 */
export async function imagesBuiltFrom(options: BuiltFromOptions): Promise<ListedImage[]> {
  const { commit, insecure, credentials = registryCredentials(), deadlineMs = 60_000 } = options;
  const ends = Date.now() + deadlineMs;
  const images = (await listImages({ ...options, credentials })).filter(({ tag }) => tag !== undefined);
  const stop = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(Math.max(0, ends - Date.now())), stop.signal]);
  const origin = await openOrigin(parseRepository(options.repository), { credentials, signal, insecure });
  try {
    const digests = [...new Set(images.map(({ digest }) => digest))];
    const built = await Promise.all(digests.map((digest) => isBuiltFrom(origin, digest, commit)));
    const found = new Set(digests.filter((_, at) => built[at]));
    return images.filter(({ digest }) => found.has(digest));
  } finally {
    stop.abort();
    origin.close();
  }
}

async function isBuiltFrom(origin: Origin, digest: string, commit: string): Promise<boolean> {
  const kind = statementKind(undefined);
  const listed = (await origin.referrers(digest)).filter(
    (one) => kind(one) === predicateTypes.provenance && (listedCommit(one) ?? commit) === commit,
  );
  const predicates = await Promise.all(
    listed.map((referrer) => predicateOf(origin, referrer.digest, digest)),
  );
  return predicates.some((predicate) => commitsOf(predicate).includes(commit));
}

/** The predicate of a statement about an image, signed or not. */
async function predicateOf(origin: Origin, referrer: string, image: string): Promise<unknown> {
  const manifest = await origin.document(referrer);
  const { layers } = readJson(ArtifactSchema, manifest.bytes, referrer);
  const layer = layers.find(({ mediaType }) => mediaType === bundleType || mediaType === statementType);
  if (layer === undefined) return undefined;
  const bytes = await readSmall(origin.blobs, layer);
  const payload =
    layer.mediaType === bundleType
      ? Buffer.from(readSigstoreBundle(bytes, referrer).envelope.payload, 'base64')
      : bytes;
  const { subject, predicate } = readJson(StatementSchema, payload, referrer);
  return subject.some(({ digest }) => digest['sha256'] === hexOf(image)) ? predicate : undefined;
}
