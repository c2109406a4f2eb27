import { describe, expect, test } from 'vitest';
import { makeArtifact, type Artifact } from '../../src/attest/attestation.ts';
import { attestImage } from '../../src/attest/attest.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { Policy } from '../../src/attest/verification-policy.ts';
import { provenanceOf, type Statement } from '../../src/attest/provenance.ts';
import { verifyImage } from '../../src/attest/verify.ts';
import { credentials, newKey, pushedImage, source } from '../support/attested-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry, type FakeRegistry } from '../support/fake-registry.ts';

type Pushed = Awaited<ReturnType<typeof pushedImage>>;
interface SignedImage extends Pushed {
  registry: FakeRegistry;
  key: ReturnType<typeof newKey>;
  policy: Policy;
  statement: Statement;
}

async function signedImage(): Promise<SignedImage> {
  const registry = await fakeRegistry({ referrersApi: true });
  const pushed = await pushedImage(`${registry.host}/app`);
  const key = newKey();
  const provenance = { builder: source.builder, source: source.uri, commit: source.commit };
  const policy = { signers: [{ name: 'ci', publicKey: key.publicKey }], provenance };
  return { ...pushed, registry, key, policy, statement: provenanceOf(pushed.result, source) };
}

const subjectOf = ({ result }: Pushed) => ({
  mediaType: 'application/vnd.oci.image.index.v1+json',
  digest: result.digest,
  size: 1,
});

/** Adds a referrer to the registry, like an attacker with push rights. */
function addReferrer({ registry }: SignedImage, { manifest, blobs }: Artifact): void {
  for (const { descriptor, bytes } of blobs) registry.blobs.set(`app@${descriptor.digest}`, bytes);
  const { digest, mediaType } = manifest.descriptor;
  registry.manifests.set(`app@${digest}`, { mediaType, bytes: manifest.bytes });
}

/** Sets the value at a path (`a.0.b`); `undefined` removes it. */
function set(root: object, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const at = keys.reduce(
    (node, key) => node[key] as Record<string, unknown>,
    root as Record<string, unknown>,
  );
  if (value === undefined) delete at[last];
  else at[last] = value;
}

type Change = readonly [path: string, value: unknown];

/** A referrer that was changed after it was made, with updated digests. */
function changed(artifact: Artifact, inBundle: readonly Change[], inManifest: readonly Change[]): Artifact {
  const [config, layer] = artifact.blobs;
  if (!config || !layer) throw new Error('no layer');
  const content = JSON.parse(layer.bytes.toString()) as object;
  for (const [path, value] of inBundle) set(content, path, value);
  const bytes = Buffer.from(JSON.stringify(content));
  const descriptor = { ...layer.descriptor, digest: digestOf(bytes), size: bytes.length };
  const manifest = JSON.parse(artifact.manifest.bytes.toString()) as object;
  set(manifest, 'layers.0', descriptor);
  for (const [path, value] of inManifest) set(manifest, path, value);
  const text = Buffer.from(JSON.stringify(manifest));
  const at = { ...artifact.manifest.descriptor, digest: digestOf(text), size: text.length };
  return { manifest: { descriptor: at, bytes: text }, blobs: [config, { descriptor, bytes }] };
}

type Forge = (at: SignedImage) => Promise<Artifact>;

/** A changed statement, signed by the right key. */
const signedWith =
  (...changes: readonly Change[]): Forge =>
  async (at) => {
    const statement = structuredClone(at.statement);
    for (const [path, value] of changes) set(statement, path, value);
    return makeArtifact(statement, subjectOf(at), at.key.signer);
  };

/** A valid referrer whose bundle or manifest was changed afterwards. */
const damaged =
  (inBundle: readonly Change[], inManifest: readonly Change[] = []): Forge =>
  async (at) =>
    changed(await makeArtifact(at.statement, subjectOf(at), at.key.signer), inBundle, inManifest);

/** A valid referrer whose signed statement was changed afterwards. */
const reworded =
  (...changes: readonly Change[]): Forge =>
  async (at) => {
    const statement = structuredClone(at.statement);
    for (const [path, value] of changes) set(statement, path, value);
    const payload = Buffer.from(JSON.stringify(statement)).toString('base64');
    return damaged([['dsseEnvelope.payload', payload]])(at);
  };

const other = '0'.repeat(64);
const dependency = 'predicate.buildDefinition.resolvedDependencies.0';

const forgeries: [string, Forge][] = [
  ['an added value in a signed statement', reworded(['predicate.x', 1])],
  ['another subject in a signed statement', reworded(['subject.0.name', 'x'])],
  ['another builder in a signed statement', reworded(['predicate.runDetails.builder.id', 'x'])],
  ['another signature', damaged([['dsseEnvelope.signatures.0.sig', 'AAAA']])],
  ['an empty signature', damaged([['dsseEnvelope.signatures.0.sig', '']])],
  ['no signatures', damaged([['dsseEnvelope.signatures', []]])],
  ['another type of payload', damaged([['dsseEnvelope.payloadType', 'text/plain']])],
  ['a missing envelope', damaged([['dsseEnvelope', undefined]])],
  ['a payload that is not base64', damaged([['dsseEnvelope.payload', '***']])],
  ['a manifest about another subject', damaged([], [['subject.digest', `sha256:${other}`]])],
  ['a manifest whose layer has another type', damaged([], [['layers.0.mediaType', 'text/plain']])],
  ['a layer that is too large', damaged([], [['layers.0.size', 1e12]])],
  ['a layer whose size is wrong', damaged([], [['layers.0.size', 7]])],
  ['a layer whose digest is a path', damaged([], [['layers.0.digest', 'sha256:../../etc']])],
  ['another image', signedWith(['subject', [{ digest: { sha256: other } }]])],
  ['only a digest of another algorithm', signedWith(['subject', [{ digest: { md5: other } }]])],
  ['another builder', signedWith(['predicate.runDetails.builder.id', `${source.builder}/fork`])],
  ['another repository', signedWith([`${dependency}.uri`, `${source.uri}-fork`])],
  ['another commit', signedWith([`${dependency}.digest.gitCommit`, 'd'.repeat(40)])],
  ['no source', signedWith(['predicate.buildDefinition.resolvedDependencies', []])],
  ['a predicate of another shape', signedWith(['predicate', { builder: source.builder }])],
  [
    'the right predicate under another type',
    signedWith(['predicateType', 'https://slsa.dev/provenance/v0.2']),
  ],
  ['a statement of an unknown type', signedWith(['_type', 'https://evil.example/Statement'])],
  ['a statement without a signature', async (at) => makeArtifact(at.statement, subjectOf(at), undefined)],
  ['an unknown key’s signature', async (at) => makeArtifact(at.statement, subjectOf(at), newKey().signer)],
  [
    'the signature of an unknown key with the id of a trusted key',
    async (at) => {
      const stranger = { ...newKey().signer, keyId: at.key.signer.keyId };
      return makeArtifact(at.statement, subjectOf(at), stranger);
    },
  ],
];

describe('a policy', () => {
  test.each(forgeries)('does not accept %s', async (_, forge) => {
    const at = await signedImage();
    addReferrer(at, await forge(at));
    const failure = await failureOf(verifyImage({ image: at.image, policy: at.policy, credentials }));
    expect(failure.code).toBe('image-refused');
    expect(failure.message).toContain('no accepted provenance');
    // The control: a valid statement beside it is found and accepted.
    addReferrer(at, await makeArtifact(at.statement, subjectOf(at), at.key.signer));
    const { accepted } = await verifyImage({ image: at.image, policy: at.policy, credentials });
    expect(accepted).toHaveLength(1);
  });

  test('does not accept a statement about an older image', async () => {
    const at = await signedImage();
    await attestImage({ ...at.attest, signer: at.key.signer });
    const next = await pushedImage(at.attest.to, 'changed');
    const list = at.registry.manifests;
    const old = [...list].filter(([, { bytes }]) => bytes.includes('dsse-envelope'));
    expect(old.length).toBeGreaterThan(0);
    for (const [, { mediaType, bytes }] of old) {
      const moved = Buffer.from(bytes.toString().replaceAll(at.result.digest, next.result.digest));
      list.set(`app@${digestOf(moved)}`, { mediaType, bytes: moved });
    }
    const failure = await failureOf(verifyImage({ image: next.image, policy: at.policy, credentials }));
    expect(failure.code).toBe('image-refused');
    expect(failure.message).toContain('is about another image');
  });

  test('can require an SBOM, accepts only digests, and fails if the registry does not answer', async () => {
    const at = await signedImage();
    addReferrer(at, await makeArtifact(at.statement, subjectOf(at), at.key.signer));
    const verify = (image: string, policy: Policy = at.policy) => verifyImage({ image, policy, credentials });
    expect((await failureOf(verify(at.image, { ...at.policy, sbom: true }))).message).toContain(
      'no accepted SBOM',
    );
    expect((await failureOf(verify(`${at.attest.to}:latest`))).code).toBe('invalid-input');
    expect((await failureOf(verify(`${at.attest.to}@sha256:${other}`))).code).toBe('image-missing');
    await at.registry.close();
    expect((await failureOf(verify(at.image))).code).toBe('registry-unreachable');
  });

  test('that would accept every image, or is invalid, is refused', async () => {
    const { publicKey, privateKey } = newKey();
    const signers = [{ name: 'ci', publicKey }];
    const provenance = { builder: 'b', source: 's' };
    const verify = (policy: unknown) =>
      failureOf(
        verifyImage({ image: `registry.example/app@sha256:${other}`, policy: policy as Policy, credentials }),
      );
    const refused = await Promise.all([
      verify({ signers }),
      verify({ signers: [], provenance }),
      verify({ provenance }),
      verify({ signers, provenance: { builder: '', source: 's' } }),
      verify({ signers, provenance, signer: 'typo' }),
      verify({ signers: [{ name: 'ci', publicKey: 'x' }], provenance }),
      verify({ signers: [{ name: 'ci', publicKey: privateKey }], provenance }),
    ]);
    expect(refused.map(({ code }) => code)).toEqual([
      'invalid-input',
      ...Array<string>(4).fill('document-invalid'),
      'invalid-input',
      'invalid-input',
    ]);
    expect(refused.map(({ message }) => message).join()).not.toContain('PRIVATE');
  });
});
