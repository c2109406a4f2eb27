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
import { openOrigin, type Origin } from '../read/image-origin.ts';
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
import { sendContents } from '../push/send-image.ts';
import type { Document } from '../oci/document.ts';
import { openTarget } from '../push/open-push-target.ts';

export interface AttestOptions {
  /** Folder that `buildImage` wrote; its `image.json` and SBOM are the source of the statements. */
  layout: string;
  /** Repository that has the image. */
  to: string;
  /** Attaches SLSA provenance. @default none */
  source?: ProvenanceSource;
  /** Signs the attached statements. @default not signed; a policy does not accept unsigned statements */
  signer?: Signer;
  /**
   * Attaches a statement only if the image has none of its type, from any build. An unchanged image that is
   * deployed from many commits then keeps one provenance. It is not an error if nothing is attached.
   * @default false
   */
  onlyMissing?: boolean;
  /** Time limit in milliseconds. @default 120 000 */
  deadlineMs?: number;
  /** Uses plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface AttestResult {
  repository: string;
  /** Digest of the image that the statements are about. */
  digest: string;
  /** The statements that the repository lists; `existed` if the same key had attached the same one before. */
  attached: { predicateType: string; digest: string; existed: boolean }[];
}

/**
 * Attaches the SBOM and the provenance of an image as signed OCI referrers and checks that the repository
 * lists them. The digest of the image does not change.
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
    // The SBOM is optional, but an unreadable SBOM is an error.
    if (!isAbsent(error)) throw asReadFailure(error, file);
  });
  const statements: Statement[] = [];
  if (sbom) statements.push(statementAbout(image, predicateTypes.sbom, JSON.parse(sbom) as object));
  if (source) statements.push(provenanceOf(image, source));
  if (statements.length > 0 || onlyMissing) return statements;
  throw new ImageError(
    'invalid-input',
    `nothing to attach: "${layout}" has no ${sbomFile} (build with a metafile), and no source was given`,
    { value: layout },
  );
}

/** Returns the digest of the referrer that carries the same statement, if there is one. */
type Known = (statement: Statement) => string | undefined;

/** Finds existing statements by text and key, not by digest: signatures differ in each run. */
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
  // The artifact type in the list is ignored: some registries set it to the type of the configuration.
  for (const { digest } of referrers) {
    const key = await keyOf(origin, digest).catch((error: unknown) => {
      // Other tools attach referrers, too. One that cannot be read is treated as a different statement.
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
