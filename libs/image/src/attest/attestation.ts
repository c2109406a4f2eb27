import * as Type from 'typebox';
import { document, emptyConfig, type Document } from '../oci/document.ts';
import { readJson } from '../json/validate.ts';
import { EnvelopeSchema, signEnvelope, statementType, type Envelope, type Signer } from './dsse.ts';
import { canonicalJson } from '../json/canonical.ts';
import { DescriptorSchema, mediaTypes, type Descriptor } from '../oci/schemas.ts';
import { commitsOf, type Statement } from './provenance.ts';

/** A DSSE envelope and what is needed to verify it: the form in which cosign 3 stores and finds attestations. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const predicateAnnotation = 'dev.sigstore.bundle.predicateType';
/** Whose signature it claims to bear: a hint for finding it, never a reason to believe it. */
const signerAnnotation = 'dev.slipway.image.signer';
/** Which commit was built (image-spec, "annotations"): a hint, too. */
const commitAnnotation = 'org.opencontainers.image.revision';

const SigstoreBundleSchema = Type.Object({
  mediaType: Type.String(),
  verificationMaterial: Type.Object({
    publicKey: Type.Optional(Type.Object({ hint: Type.Optional(Type.String()) })),
  }),
  dsseEnvelope: EnvelopeSchema,
});

/** A manifest that says something about another one. */
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

/** A statement as it lies in a registry: a manifest with an empty configuration and one blob. */
export interface Artifact {
  /** As a list of referrers names it. */
  manifest: Document;
  blobs: Document[];
}

/** Makes the referrer that carries a statement: signed in a Sigstore bundle, or plain where nobody signs. */
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
  // Whoever keeps the list copies type and annotations into it (distribution-spec 1.1, "referrers").
  manifest.descriptor = { ...manifest.descriptor, artifactType: type, annotations };
  return { manifest, blobs: [emptyConfig, layer] };
}

/**
 * What a list says a referrer of ours states, by its annotations.
 * @param signer who must have signed it; where nobody signs, a signed one says it as well
 */
export function statementKind(signer: Signer | undefined): (listed: Descriptor) => string | undefined {
  return ({ annotations = {} }) => {
    if (signer && annotations[signerAnnotation] !== signer.keyId) return undefined;
    return annotations[predicateAnnotation];
  };
}

/** The commit that a list says a referrer names; nothing where the list does not say. */
export function listedCommit({ annotations = {} }: Descriptor): string | undefined {
  return annotations[commitAnnotation];
}

/** The envelope in a Sigstore bundle, and what it says about its key. @throws ImageError `document-invalid` */
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
