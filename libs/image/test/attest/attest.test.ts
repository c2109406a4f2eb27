import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attestImage } from '../../src/attest/attest.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { imageCommands } from '../../src/cli.ts';
import { copyImage } from '../../src/push/copy-image.ts';
import { verifyImage } from '../../src/attest/verify.ts';
import { credentials, newKey, pushedImage, source } from '../support/attested-image.ts';
import { failureOf } from '../support/failure-of.ts';
import { fakeRegistry } from '../support/fake-registry.ts';
import { writeFiles } from '../support/temp-folder.ts';
import { sbomFile } from '../../src/layout/image-json.ts';

const provenance = { builder: source.builder, source: source.uri };
const signedBy = ({ publicKey }: { publicKey: string }) => [{ name: 'ci', publicKey }];

describe('an SBOM', () => {
  test('lists exactly the packages whose code is in the bundle, and is not part of the image', async () => {
    const registry = await fakeRegistry();
    const { layout, bundle, base, folder, result, metafile } = await pushedImage(`${registry.host}/app`);
    const sbom = await readFile(join(layout, sbomFile), 'utf8');
    const { components, bomFormat, specVersion, serialNumber } = JSON.parse(sbom);
    expect([bomFormat, specVersion, serialNumber]).toEqual(['CycloneDX', '1.6', undefined]);
    expect(components.map(({ purl, name }: { purl?: string; name: string }) => purl ?? name)).toEqual([
      'pkg:npm/%40team/used@2.0.0',
      'pkg:npm/a@1.2.3',
      base.name,
      `pkg:generic/node@${process.versions.node}`,
    ]);
    expect(components[0]).toMatchObject({
      group: '@team',
      name: 'used',
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
    });
    expect(components[1].licenses).toEqual([{ license: { name: 'SEE LICENSE IN x' } }]);
    const output = join(folder, 'again');
    expect((await buildImage({ bundle, output, base, name: 'app', metafile })).digest).toBe(result.digest);
    expect(await readFile(join(output, sbomFile), 'utf8')).toBe(sbom);
    expect((await buildImage({ bundle, output, base, name: 'app' })).digest).toBe(result.digest);
    const missing = { file: join(folder, 'none.json'), root: folder };
    expect((await failureOf(buildImage({ bundle, output, base, metafile: missing }))).code).toBe(
      'document-invalid',
    );
  });
});

describe('an attested image', () => {
  test.each([
    ['the referrers API', true, 'ec'],
    ['the tag that stands in for it', false, 'ec'],
    ['an Ed25519 key', false, 'ed25519'],
  ] as const)('is accepted with %s, and a second run attaches nothing', async (_, referrersApi, kind) => {
    const registry = await fakeRegistry({ referrersApi });
    const { attest, image, result } = await pushedImage(`${registry.host}/app`);
    const key = newKey(kind);
    const first = await attestImage({ ...attest, signer: key.signer });
    expect(first.digest).toBe(result.digest);
    expect(first.attached.map(({ existed }) => existed)).toEqual([false, false]);
    const again = await attestImage({ ...attest, signer: key.signer });
    expect(again.attached).toEqual(first.attached.map((one) => ({ ...one, existed: true })));
    const policy = {
      signers: signedBy(key),
      provenance: { ...provenance, commit: source.commit },
      sbom: true,
    };
    const { accepted } = await verifyImage({ image, policy, credentials });
    expect(accepted.map(({ predicateType, signer }) => [predicateType, signer]).sort()).toEqual([
      ['https://cyclonedx.org/bom', 'ci'],
      ['https://slsa.dev/provenance/v1', 'ci'],
    ]);
  });

  test('names source, commit, lockfile, base and builder, with index and manifest as its subjects', async () => {
    const registry = await fakeRegistry();
    const { attest, result, base } = await pushedImage(`${registry.host}/app`);
    await attestImage(attest);
    const statements = [...registry.blobs.values()].map(String).filter((text) => text.includes('"_type"'));
    const statement = JSON.parse(statements.find((text) => text.includes('slsa.dev')) ?? '');
    expect(statement.subject.map(({ name }: { name: string }) => name)).toEqual([
      result.digest,
      result.platforms[0]?.digest,
    ]);
    expect(statement.predicate.buildDefinition.resolvedDependencies).toEqual([
      { uri: source.uri, digest: { gitCommit: source.commit } },
      { uri: 'file:package-lock.json', digest: { sha256: '1'.repeat(64) } },
      { uri: 'small-base', digest: { sha256: base.digest?.slice(7) } },
    ]);
    expect(statement.predicate.runDetails.builder.id).toBe(source.builder);
  });

  test('is accepted after a copy, and in a folder', async () => {
    const registry = await fakeRegistry();
    const { attest, folder, result } = await pushedImage(`${registry.host}/app`);
    const key = newKey();
    await attestImage({ ...attest, signer: key.signer });
    const policy = { signers: signedBy(key), provenance };
    for (const to of [`${registry.host}/other`, `oci:${join(folder, 'repository')}`]) {
      await copyImage({ from: attest.to, to, digest: result.digest, credentials });
      const { accepted } = await verifyImage({ image: `${to}@${result.digest}`, policy, credentials });
      expect(accepted).toHaveLength(1);
    }
  });

  test('is attested and verified by commands, which name missing statements', async () => {
    const registry = await fakeRegistry();
    const { attest, folder, image, layout } = await pushedImage(`${registry.host}/app`);
    const key = newKey();
    const policy = JSON.stringify({ signers: signedBy(key), provenance, sbom: true });
    await writeFiles(folder, { 'key.pem': key.privateKey, 'policy.json': policy, 'package-lock.json': '{}' });
    const printed: string[] = [];
    const run = (...args: string[]) =>
      imageCommands({ print: (text) => printed.push(text) }).parseAsync(args, { from: 'user' });
    const verify = ['verify', image, '--policy', join(folder, 'policy.json')];
    const before = await failureOf(run(...verify));
    expect([before.code, before.refused]).toEqual(['image-refused', true]);
    expect(before.message).toContain('no accepted SBOM');
    const { uri, commit, builder } = source;
    const say = ['--source', uri, '--commit', commit, '--builder', builder];
    const place = ['attest', layout, '--to', attest.to, '--key', join(folder, 'key.pem')];
    expect((await failureOf(run(...place, '--source', uri))).code).toBe('invalid-input');
    await run(...place, ...say, '--lockfile', join(folder, 'package-lock.json'));
    await run(...verify);
    expect(printed.at(-1)).toContain(`${image} is accepted`);
    expect(printed.join('\n')).not.toContain('PRIVATE');
    await writeFiles(folder, { 'not-a-key.pem': 'secret words' });
    const wrong = await failureOf(
      run('attest', layout, '--to', attest.to, '--key', join(folder, 'not-a-key.pem'), ...say),
    );
    expect(`${wrong.message} ${String(wrong.cause)}`).not.toContain('secret words');
  });

  test('cannot be attested in a repository without the image, or without statements', async () => {
    const registry = await fakeRegistry();
    const { attest, bundle, base, folder } = await pushedImage(`${registry.host}/app`);
    expect((await failureOf(attestImage({ ...attest, to: `${registry.host}/none` }))).code).toBe(
      'image-missing',
    );
    const layout = join(folder, 'bare');
    await buildImage({ bundle, output: layout, base, name: 'app' });
    expect((await failureOf(attestImage({ layout, to: attest.to, credentials }))).code).toBe('invalid-input');
  });
});
