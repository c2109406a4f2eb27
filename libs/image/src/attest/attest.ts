import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ArtifactSchema,
  bundleType,
  makeArtifact,
  readSigstoreBundle,
  statementKind,
} from './attestation.ts';
import { documentBlobs, readSmall } from '../layout/blob-source.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { readJson } from '../json/validate.ts';
import { statementType, type Signer } from './dsse.ts';
import { ImageError } from '../error.ts';
import { canonicalJson } from '../json/canonical.ts';
import type { Descriptor } from '../oci/schemas.ts';
import { openOrigin, type Origin } from '../read/origin.ts';
import {
  predicateTypes,
  provenanceOf,
  statementAbout,
  type ProvenanceSource,
  type Statement,
} from './provenance.ts';
import { asReadFailure, isAbsent } from '../disk/read-failure.ts';
import { parseRepository } from '../oci/reference.ts';
import { listReferrers } from '../push/list-referrers.ts';
import { readImageResult, sbomFile } from '../layout/image-json.ts';
import { sendContents } from '../push/send.ts';
import type { Document } from '../oci/document.ts';
import { openTarget } from '../push/open-target.ts';

export interface AttestOptions {
  /** Folder that `buildImage` wrote: its `image.json` and SBOM say what is in the image. */
  layout: string;
  /** Repository that has the image. */
  to: string;
  /** Attaches SLSA provenance. @default none */
  source?: ProvenanceSource;
  /** Signs all that is attached. @default nobody: a policy will not accept it */
  signer?: Signer;
  /**
   * Says only what nobody has said yet: of each kind one statement is enough, whichever build made it. An unchanged
   * image that is deployed from many commits then does not gather a provenance of each. Nothing to say is no failure.
   * @default false
   */
  onlyMissing?: boolean;
  /** Milliseconds for everything. @default 120 000 */
  deadlineMs?: number;
  /** Plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default what `docker login` left */
  credentials?: CredentialStore;
}

export interface AttestResult {
  repository: string;
  /** Digest of the image that the statements are about. */
  digest: string;
  /** What the repository now lists; `existed` when the same was said before, by the same key. */
  attached: { predicateType: string; digest: string; existed: boolean }[];
}

/**
 * Attaches an image's SBOM and provenance as OCI referrers, signed, and reads the list back. The image's digest does
 * not change.
 * @throws ImageError `image-missing`, `push-unverified`, `document-invalid`, …
 */
export async function attestImage(options: AttestOptions): Promise<AttestResult> {
  const { layout, to, signer, insecure, credentials = registryCredentials() } = options;
  const image = await readImageResult(layout);
  const repository = parseRepository(to);
  const stop = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(options.deadlineMs ?? 120_000), stop.signal]);
  const origin = await openOrigin(repository, { credentials, signal, insecure });
  const target = openTarget(repository, { credentials, signal, insecure });
  try {
    const { descriptor: subject } = await origin.document(image.digest);
    const known = await knownStatements(origin, image.digest, options);
    const attached: AttestResult['attached'] = [];
    const listed: Descriptor[] = [];
    for (const statement of await statementsOf(options)) {
      const { predicateType } = statement;
      const before = known(statement);
      if (before !== undefined) {
        attached.push({ predicateType, digest: before, existed: true });
        continue;
      }
      const artifact = await makeArtifact(statement, subject, signer);
      const contents = { blobs: descriptors(artifact.blobs), children: [artifact.manifest] };
      await sendContents(target, contents, {
        source: documentBlobs(artifact.blobs),
        signal,
        cancel: () => stop.abort(),
      });
      listed.push(artifact.manifest.descriptor);
      attached.push({ predicateType, digest: artifact.manifest.descriptor.digest, existed: false });
    }
    await listReferrers(target, image.digest, listed);
    return { repository: to, digest: image.digest, attached };
  } finally {
    target.close();
    origin.close();
  }
}

async function statementsOf({ layout, source, onlyMissing }: AttestOptions): Promise<Statement[]> {
  const image = await readImageResult(layout);
  const file = join(layout, sbomFile);
  const sbom = await readFile(file, 'utf8').catch((error: unknown) => {
    // Without a list there is nothing to attach; one that cannot be read must not get lost.
    if (!isAbsent(error)) throw asReadFailure(error, file);
  });
  const statements: Statement[] = [];
  if (sbom) statements.push(statementAbout(image, predicateTypes.sbom, JSON.parse(sbom) as object));
  if (source) statements.push(provenanceOf(image, source));
  if (statements.length > 0 || onlyMissing) return statements;
  throw new ImageError(
    'invalid-input',
    `nothing to attach: "${layout}" has no ${sbomFile} (build with a metafile), and no source was named`,
    { value: layout },
  );
}

/** The digest of the referrer that says the same, if there is one. */
type Known = (statement: Statement) => string | undefined;

/** What is said already, by text and key: a second run attaches nothing, although signatures differ each time. */
async function knownStatements(
  origin: Origin,
  subject: string,
  { signer, onlyMissing = false }: AttestOptions,
): Promise<Known> {
  const referrers = await origin.referrers(subject);
  if (onlyMissing) {
    const kindOf = statementKind(signer);
    return ({ predicateType }) => referrers.find((listed) => kindOf(listed) === predicateType)?.digest;
  }
  const known = new Map<string, string>();
  // What a list says about types is not asked: some registries put the configuration's there.
  for (const { digest } of referrers) {
    const key = await keyOf(origin, digest).catch((error: unknown) => {
      // Others attach, too, and not all of it can be read; sending ours once more does no harm.
      if (error instanceof ImageError && !error.retryable) return undefined;
      throw error;
    });
    if (key !== undefined) known.set(key, digest);
  }
  return (statement) => known.get(statementKey(canonicalJson(statement), signer?.keyId));
}

async function keyOf(origin: Origin, referrer: string): Promise<string | undefined> {
  const manifest = await origin.document(referrer);
  const [layer] = readJson(ArtifactSchema, manifest.bytes, `referrer ${referrer}`).layers;
  if (layer?.mediaType !== bundleType && layer?.mediaType !== statementType) return undefined;
  const content = await readSmall(origin.blobs, layer);
  if (layer.mediaType !== bundleType) return statementKey(content.toString('utf8'), undefined);
  const { envelope, hint } = readSigstoreBundle(content, `referrer ${referrer}`);
  return statementKey(Buffer.from(envelope.payload, 'base64').toString('utf8'), hint);
}

function statementKey(text: string, keyId: string | undefined): string {
  return `${keyId ?? ''} ${text}`;
}

function descriptors(documents: readonly Document[]): Descriptor[] {
  return documents.map(({ descriptor }) => descriptor);
}
