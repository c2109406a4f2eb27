import { Check } from 'typebox/schema';
import { ArtifactSchema, bundleType, readSigstoreBundle, StatementSchema } from './attestation.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { hexOf } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { isSignedBy, statementType, type Envelope } from './dsse.ts';
import { ImageError } from '../error.ts';
import { openOrigin, type Origin } from '../read/image-origin.ts';
import { readPolicy, type Policy, type TrustedKey } from './verification-policy.ts';
import { predicateTypes, ProvenanceSchema } from './provenance.ts';
import { parseRepository, splitImage } from '../oci/reference.ts';
import { readSmall } from '../layout/blob-source.ts';

export interface VerifyOptions {
  /** `repository@sha256:…`. Tags are not accepted, because they can move to another image after the check. */
  image: string;
  policy: Policy;
  /** Time limit in milliseconds. @default 60 000 */
  deadlineMs?: number;
  /** Uses plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default {@link registryCredentials} */
  credentials?: CredentialStore;
}

export interface VerifyResult {
  image: string;
  /** The accepted statements: type, digest of the referrer, and name of the signer. */
  accepted: { predicateType: string; digest: string; signer: string }[];
}

/** More referrers are refused; each of them costs requests. */
const referrerLimit = 200;

/**
 * Checks that an image matches its digest and that the statements required by a policy exist for this digest
 * and are signed by a trusted key. A statement that cannot be read is treated as missing.
 * @throws ImageError `image-refused` with every reason; `image-missing`, `digest-mismatch`,
 *   `registry-unreachable`, …
 */
export async function verifyImage(options: VerifyOptions): Promise<VerifyResult> {
  const { insecure, credentials = registryCredentials() } = options;
  const { policy, keys } = readPolicy(options.policy);
  const { repository, digest } = splitImage(options.image);
  const signal = AbortSignal.timeout(options.deadlineMs ?? 60_000);
  const origin = await openOrigin(parseRepository(repository), { credentials, signal, insecure });
  try {
    await origin.document(digest);
    const accepted: VerifyResult['accepted'] = [];
    const reasons: string[] = [];
    const listed = await origin.referrers(digest);
    if (listed.length > referrerLimit)
      throw refused(options.image, [`${listed.length} referrers are listed`]);
    const wanted = rules(policy);
    for (const referrer of listed) {
      const outcome = await checkReferrer(origin, referrer.digest, digest, keys, wanted);
      if (typeof outcome === 'string') reasons.push(`${referrer.digest}: ${outcome}`);
      else accepted.push(outcome);
    }
    const missing = [...wanted.keys()].filter((type) =>
      accepted.every(({ predicateType }) => predicateType !== type),
    );
    if (missing.length === 0) return { image: options.image, accepted };
    const names = missing.map(
      (type) => `no accepted ${type === predicateTypes.sbom ? 'SBOM' : 'provenance'}`,
    );
    throw refused(options.image, [...names, ...reasons]);
  } finally {
    origin.close();
  }
}

/** The check for each predicate type. It returns the reason for a rejection. */
type Rules = Map<string, (predicate: unknown) => string | undefined>;

function rules({ provenance, sbom }: Policy): Rules {
  const wanted: Rules = new Map();
  if (sbom) wanted.set(predicateTypes.sbom, () => undefined);
  if (provenance)
    wanted.set(predicateTypes.provenance, (predicate) => checkProvenance(provenance, predicate));
  return wanted;
}

function checkProvenance(rule: NonNullable<Policy['provenance']>, predicate: unknown): string | undefined {
  if (!Check(ProvenanceSchema, predicate)) return 'is not SLSA provenance v1';
  const { builder } = predicate.runDetails;
  const dependencies = predicate.buildDefinition.resolvedDependencies ?? [];
  const source = dependencies.find(({ digest }) => digest?.['gitCommit'] !== undefined);
  if (builder.id !== rule.builder) return `was built by "${builder.id}"`;
  if (source?.uri !== rule.source) return `was built from "${source?.uri ?? 'an unknown source'}"`;
  const commit = source.digest?.['gitCommit'];
  return rule.commit === undefined || commit === rule.commit ? undefined : `was built from commit ${commit}`;
}

/** Checks one referrer. Returns the accepted statement, or the reason for its rejection. */
async function checkReferrer(
  origin: Origin,
  referrer: string,
  subject: string,
  keys: readonly TrustedKey[],
  wanted: Rules,
): Promise<VerifyResult['accepted'][number] | string> {
  try {
    const envelope = await envelopeOf(origin, referrer, subject);
    if (typeof envelope === 'string') return envelope;
    // The signature is checked first: statements of unknown keys are not parsed.
    const signer = keys.find(({ key }) => isSignedBy(envelope, key));
    if (!signer) return 'is not signed by a key of the policy';
    if (envelope.payloadType !== statementType) return `carries ${envelope.payloadType}`;
    const statement = readJson(StatementSchema, Buffer.from(envelope.payload, 'base64'), referrer);
    if (!statement._type.startsWith('https://in-toto.io/Statement/')) return 'is not an in-toto statement';
    if (statement.subject.every(({ digest }) => digest['sha256'] !== hexOf(subject)))
      return 'is about another image';
    const check = wanted.get(statement.predicateType);
    if (!check) return `has the type ${statement.predicateType}, which the policy does not require`;
    const reason = check(statement.predicate);
    return reason ?? { predicateType: statement.predicateType, digest: referrer, signer: signer.name };
  } catch (error) {
    if (error instanceof ImageError && !error.retryable) return `cannot be read (${error.code})`;
    throw error;
  }
}

async function envelopeOf(origin: Origin, referrer: string, subject: string): Promise<Envelope | string> {
  const manifest = await origin.document(referrer);
  const artifact = readJson(ArtifactSchema, manifest.bytes, referrer);
  if (artifact.subject?.digest !== subject) return 'has another subject';
  const layer = artifact.layers.find(({ mediaType }) => mediaType === bundleType);
  if (!layer) return 'carries no signature';
  return readSigstoreBundle(await readSmall(origin.blobs, layer), referrer).envelope;
}

function refused(image: string, reasons: readonly string[]): ImageError {
  return new ImageError(
    'image-refused',
    `${image} does not satisfy the policy: ${reasons.join('; ')}. Do not run it`,
    { value: image },
  );
}
