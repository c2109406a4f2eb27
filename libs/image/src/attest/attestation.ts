import * as Type from 'typebox';
import { document, emptyConfig, type Document } from '../oci/document.ts';
import { readJson } from '../json/validate.ts';
import { EnvelopeSchema, signEnvelope, statementType, type Envelope, type Signer } from './dsse.ts';
import { canonicalJson } from '../json/canonical.ts';
import { DescriptorSchema, mediaTypes, type Descriptor } from '../oci/schemas.ts';
import { commitsOf, type Statement } from './provenance.ts';

/** A DSSE envelope with verification material: the format in which cosign 3 stores attestations. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const predicateAnnotation = 'dev.sigstore.bundle.predicateType';
/** The key id of the claimed signer: a hint for searching, never a proof. */
const signerAnnotation = 'dev.slipway.image.signer';
/** The commit that was built (image-spec, "annotations"): also only a hint. */
const commitAnnotation = 'org.opencontainers.image.revision';

const SigstoreBundleSchema = Type.Object({
  mediaType: Type.String(),
  verificationMaterial: Type.Object({
    publicKey: Type.Optional(Type.Object({ hint: Type.Optional(Type.String()) })),
  }),
  dsseEnvelope: EnvelopeSchema,
});

/** A manifest with a statement about another manifest. */
export const ArtifactSchema = Type.Object({
  artifactType: Type.Optional(Type.String()),
  layers: Type.Array(DescriptorSchema, { minItems: 1, maxItems: 16 }),
  subject: Type.Optional(DescriptorSchema),
});

export const StatementSchema = Type.Object({
  _type: Type.String(),
  subject: Type.Array(
    Type.Object({ name: Type.Optional(Type.String()), digest: Type.Record(Type.String(), Type.String()) }),
    { minItems: 1, maxItems: 1000 },
  ),
  predicateType: Type.String(),
  predicate: Type.Unknown(),
});

/** A statement as stored in a registry: a manifest with an empty configuration and one blob. */
export interface Artifact {
  /** The descriptor is that of the list of referrers. */
  manifest: Document;
  blobs: Document[];
}

/** Makes the referrer that carries a statement: in a Sigstore bundle, or unsigned without a signer. */
export async function makeArtifact(
  statement: Statement,
  subject: Descriptor,
  signer: Signer | undefined,
): Promise<Artifact> {
  const payload = Buffer.from(canonicalJson(statement));
  const type = signer ? bundleType : statementType;
  const content = signer ? sigstoreBundle(await signEnvelope(payload, signer), signer) : payload;
  const layer = document(type, content);
  const [commit] = commitsOf(statement.predicate);
  const annotations = {
    [predicateAnnotation]: statement.predicateType,
    ...(commit === undefined ? {} : { [commitAnnotation]: commit }),
    ...(signer ? { 'dev.sigstore.bundle.content': 'dsse-envelope', [signerAnnotation]: signer.keyId } : {}),
  };
  const manifest = document(
    mediaTypes.manifest,
    Buffer.from(
      canonicalJson({
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        artifactType: type,
        config: emptyConfig.descriptor,
        layers: [layer.descriptor],
        subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
        annotations,
      }),
    ),
  );
  // The list of referrers contains type and annotations (distribution-spec 1.1, "referrers").
  manifest.descriptor = { ...manifest.descriptor, artifactType: type, annotations };
  return { manifest, blobs: [emptyConfig, layer] };
}

/**
 * Reads the predicate type of our referrers from the annotations in a list of referrers.
 * @param signer only referrers signed by this key count. If undefined, signed and unsigned ones count
 */
export function statementKind(signer: Signer | undefined): (listed: Descriptor) => string | undefined {
  return ({ annotations = {} }) => {
    if (signer && annotations[signerAnnotation] !== signer.keyId) return undefined;
    return annotations[predicateAnnotation];
  };
}

/** The commit in the annotations of a listed referrer. Returns undefined if the list has none. */
export function listedCommit({ annotations = {} }: Descriptor): string | undefined {
  return annotations[commitAnnotation];
}

/** Reads the envelope and the key hint of a Sigstore bundle. @throws ImageError `document-invalid` */
export function readSigstoreBundle(
  bytes: Buffer,
  place: string,
): { envelope: Envelope; hint: string | undefined } {
  const { dsseEnvelope, verificationMaterial } = readJson(SigstoreBundleSchema, bytes, place);
  return { envelope: dsseEnvelope, hint: verificationMaterial.publicKey?.hint };
}

function sigstoreBundle(dsseEnvelope: Envelope, { keyId }: Signer): Buffer {
  return Buffer.from(
    canonicalJson({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint: keyId } },
      dsseEnvelope,
    }),
  );
}
