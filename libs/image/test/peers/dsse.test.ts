import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ArtifactSchema, readSigstoreBundle } from '../../src/attest/attestation.ts';
import { attestImage } from '../../src/attest/attest.ts';
import { readJson } from '../../src/json/validate.ts';
import { isSignedBy } from '../../src/attest/dsse.ts';
import { openOrigin } from '../../src/read/image-origin.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { credentials, newKey, pushedImage } from '../support/attested-image.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';
import { hasPeer, peer } from './peer.ts';
import { readSmall } from '../../src/layout/blob-source.ts';

/** The Sigstore bundles that are attached to an image. */
async function bundlesOf(repository: string, digest: string): Promise<Buffer[]> {
  const { signal } = new AbortController();
  const origin = await openOrigin(parseRepository(repository), { credentials, signal });
  const bundles: Buffer[] = [];
  for (const referrer of await origin.referrers(digest)) {
    const { bytes } = await origin.document(referrer.digest);
    const [layer] = readJson(ArtifactSchema, bytes, referrer.digest).layers;
    if (layer) bundles.push(await readSmall(origin.blobs, layer));
  }
  origin.close();
  return bundles;
}

describe.runIf(hasPeer('dsse-judge'))('the reference implementation of DSSE', () => {
  test.each(['ec', 'ed25519'] as const)('accepts our signatures (%s), only with our key', async (kind) => {
    const folder = await tempFolder();
    const to = `oci:${join(folder, 'repository')}`;
    const [{ attest, result }, key] = [await pushedImage(to), newKey(kind)];
    await attestImage({ ...attest, signer: key.signer });
    const bundles = await bundlesOf(to, result.digest);
    expect(bundles).toHaveLength(2);
    await writeFiles(folder, { 'pub.pem': key.publicKey, 'other.pem': newKey(kind).publicKey });
    const judge = (pem: string) =>
      peer('dsse-judge', ['verify', join(folder, pem), join(folder, 'bundle.json')]);
    for (const bundle of bundles) {
      await writeFiles(folder, { 'bundle.json': bundle });
      const statement = JSON.parse(await judge('pub.pem')) as { subject: object[] };
      expect(statement.subject[0]).toMatchObject({
        digest: { sha256: result.digest.slice('sha256:'.length) },
      });
      await expect(judge('other.pem')).rejects.toThrow(/signature|verif/i);
    }
  });

  test.each(['ec', 'ed25519'] as const)(
    'makes signatures that we accept (%s), only with its key',
    async (kind) => {
      const [folder, key] = [await tempFolder(), newKey(kind)];
      await writeFiles(folder, { 'key.pem': key.privateKey, 'statement.json': '{"_type":"x"}' });
      const signed = await peer('dsse-judge', [
        'sign',
        join(folder, 'key.pem'),
        join(folder, 'statement.json'),
      ]);
      const { envelope } = readSigstoreBundle(Buffer.from(signed), 'its bundle');
      expect(Buffer.from(envelope.payload, 'base64').toString('utf8')).toBe('{"_type":"x"}');
      expect(isSignedBy(envelope, createPublicKey(key.publicKey))).toBe(true);
      expect(isSignedBy(envelope, createPublicKey(newKey(kind).publicKey))).toBe(false);
    },
  );
});
