import { Check } from 'typebox/schema';
import { ArtifactSchema, bundleType, readSigstoreBundle, StatementSchema } from './attestation.ts';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { registryCredentials } from '../registry/registry-credentials.ts';
import { hexOf } from '../oci/digest.ts';
import { readJson } from '../json/validate.ts';
import { isSignedBy, statementType, type Envelope } from './dsse.ts';
import { ImageError } from '../error.ts';
import { openOrigin, type Origin } from '../read/origin.ts';
import { readPolicy, type Policy, type TrustedKey } from './policy.ts';
import { predicateTypes, ProvenanceSchema } from './provenance.ts';
import { parseRepository, splitImage } from '../oci/reference.ts';
import { readSmall } from '../layout/blob-source.ts';

export interface VerifyOptions {
  /** `repository@sha256:…`. A tag is not accepted: it may lead elsewhere a moment later. */
  image: string;
  policy: Policy;
  /** Milliseconds for everything. @default 60 000 */
  deadlineMs?: number;
  /** Plain http for a host that is not loopback. @default false */
  insecure?: boolean;
  /** @default what `docker login` left */
  credentials?: CredentialStore;
}

export interface VerifyResult {
  image: string;
  /** What was found and accepted, by kind, and whose signature it bears. */
  accepted: { predicateType: string; digest: string; signer: string }[];
}

/** A list that is longer hides more than it shows. */
const referrerLimit = 200;

/**
 * Checks that an image is what its digest says and that what a policy asks for was said about this digest by a
 * trusted key. Whatever cannot be read counts as not there.
 * @throws ImageError `image-refused` with every reason; `image-missing`, `digest-mismatch`, `registry-unreachable`, …
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
      const verdict = await judge(origin, referrer.digest, digest, keys, wanted);
      if (typeof verdict === 'string') reasons.push(`${referrer.digest}: ${verdict}`);
      else accepted.push(verdict);
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

/** What must hold of a predicate, by its type; the answer is the reason why it does not. */
type Rules = Map<string, (predicate: unknown) => string | undefined>;

function rules({ provenance, sbom }: Policy): Rules {
  const wanted: Rules = new Map();
  if (sbom) wanted.set(predicateTypes.sbom, () => undefined);
  if (provenance)
    wanted.set(predicateTypes.provenance, (predicate) => checkProvenance(provenance, predicate));
  return wanted;
}

function checkProvenance(rule: NonNullable<Policy['provenance']>, predicate: unknown): string | undefined {
  if (!Check(ProvenanceSchema, predicate)) return 'is no SLSA provenance v1';
  const { builder } = predicate.runDetails;
  const dependencies = predicate.buildDefinition.resolvedDependencies ?? [];
  const source = dependencies.find(({ digest }) => digest?.['gitCommit'] !== undefined);
  if (builder.id !== rule.builder) return `was built by "${builder.id}"`;
  if (source?.uri !== rule.source) return `was built from "${source?.uri ?? 'nowhere'}"`;
  const commit = source.digest?.['gitCommit'];
  return rule.commit === undefined || commit === rule.commit ? undefined : `was built from commit ${commit}`;
}

/** Accepts one referrer, or says why not. */
async function judge(
  origin: Origin,
  referrer: string,
  subject: string,
  keys: readonly TrustedKey[],
  wanted: Rules,
): Promise<VerifyResult['accepted'][number] | string> {
  try {
    const envelope = await envelopeOf(origin, referrer, subject);
    if (typeof envelope === 'string') return envelope;
    // Signature first: nothing that an unknown key says is looked at.
    const signer = keys.find(({ key }) => isSignedBy(envelope, key));
    if (!signer) return 'is signed by no key of the policy';
    if (envelope.payloadType !== statementType) return `carries ${envelope.payloadType}`;
    const statement = readJson(StatementSchema, Buffer.from(envelope.payload, 'base64'), referrer);
    if (!statement._type.startsWith('https://in-toto.io/Statement/')) return 'is no in-toto statement';
    if (statement.subject.every(({ digest }) => digest['sha256'] !== hexOf(subject)))
      return 'is about another image';
    const check = wanted.get(statement.predicateType);
    if (!check) return `says ${statement.predicateType}, which nobody asked for`;
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
  if (artifact.subject?.digest !== subject) return 'names another subject';
  const layer = artifact.layers.find(({ mediaType }) => mediaType === bundleType);
  if (!layer) return 'carries no signature';
  return readSigstoreBundle(await readSmall(origin.blobs, layer), referrer).envelope;
}

function refused(image: string, reasons: readonly string[]): ImageError {
  return new ImageError(
    'image-refused',
    `${image} is not what the policy asks for: ${reasons.join('; ')}. Do not run it`,
    { value: image },
  );
}
