import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { attestImage } from '../../src/attest/attest.ts';
import { copyImage } from '../../src/push/copy-image.ts';
import { listImages } from '../../src/read/list-images.ts';
import { pushImage } from '../../src/push/push-image.ts';
import { verifyImage } from '../../src/attest/verify.ts';
import { credentials, newKey, pushedImage, source } from '../support/attested-image.ts';
import { platformsImage, type PlatformsImage } from '../support/platforms-image.ts';
import { randomOf, seed } from '../support/shaky.ts';
import { runAndKill } from '../support/run-and-kill.ts';
import { smallImage } from '../support/small-image.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';
import { hasPeer, peer, startDockerRegistry, startServer } from './peer.ts';

/** Real registries: with mounts but no referrers API, with neither, and with all of OCI 1.1. */
const registries: [string, () => Promise<string>][] = [
  ['docker-registry', async () => startDockerRegistry(await tempFolder())],
  ['crane', () => startServer('crane', ['registry', 'serve', '--address', '127.0.0.1:0'])],
  ['referrers-registry', () => startServer('referrers-registry', [])],
];

describe.each(registries)('%s', (name, start) => {
  const judged = test.runIf(hasPeer(name));

  judged('takes an image, has it afterwards, and gets nothing the second time', async () => {
    const [host, image] = [await start(), await smallImage()];
    const { layout, blobs, result } = image;
    const options = { layout, blobs, to: `${host}/team/app`, tags: ['v1'], credentials };
    expect(await pushImage(options)).toMatchObject({
      digest: result.digest,
      uploadedBlobs: 5,
      existed: false,
    });
    const again = await pushImage(options);
    expect(again).toMatchObject({ uploadedBytes: 0, existed: true });
    expect(again.requests).toBeLessThanOrEqual(2);
    expect(await listImages({ repository: options.to, credentials })).toEqual([
      { tag: 'v1', digest: result.digest },
    ]);
    const other = await smallImage('other');
    const second = { layout: other.layout, blobs: other.blobs, to: `${host}/team/other`, credentials };
    expect((await pushImage(second)).digest).toBe(other.result.digest);
  });

  judged('stores the base marker, so the next image is pushed without a HEAD per layer', async () => {
    const [host, first, changed] = [await start(), await platformsImage(), await platformsImage('changed')];
    const push = ({ layout, blobs }: PlatformsImage) =>
      pushImage({ layout, blobs, to: `${host}/team/app`, credentials });
    await push(first);
    // HEAD: image, marker, two rarely changed layers, image. Sent: a layer, two configurations, 3 documents.
    expect(await push(changed)).toMatchObject({ uploadedBlobs: 3, requests: 5 + 2 * 3 + 3 });
  });

  judged('takes attestations, which are accepted there and where they were copied to', async () => {
    const host = await start();
    const { attest, image, result } = await pushedImage(`${host}/app`);
    const key = newKey();
    await attestImage({ ...attest, signer: key.signer });
    const again = await attestImage({ ...attest, signer: key.signer });
    expect(again.attached.every(({ existed }) => existed)).toBe(true);
    const signers = [{ name: 'ci', publicKey: key.publicKey }];
    const policy = { signers, provenance: { builder: source.builder, source: source.uri }, sbom: true };
    expect((await verifyImage({ image, policy, credentials })).accepted).toHaveLength(2);
    const to = `${host}/promoted`;
    await copyImage({ from: attest.to, to, digest: result.digest, credentials });
    expect(
      (await verifyImage({ image: `${to}@${result.digest}`, policy, credentials })).accepted,
    ).toHaveLength(2);
  });
});

describe.runIf(hasPeer('docker-registry'))('docker-registry', () => {
  test('receives each blob of 32 parallel pushes once', async () => {
    const host = await startDockerRegistry(await tempFolder());
    const images = await Promise.all(Array.from({ length: 8 }, (_, n) => smallImage(`console.log(${n})`)));
    const pushes = Array.from({ length: 32 }, (_, n) => {
      const { layout = '', blobs = '' } = images[n % 8] ?? {};
      return pushImage({ layout, blobs, to: `${host}/app-${Math.floor(n / 16)}`, credentials });
    });
    const results = await Promise.all(pushes);
    // A base, two shared layers, and one layer and configuration per image. The second repository mounts
    // those of the first.
    const sent = results.reduce((sum, { uploadedBlobs }) => sum + uploadedBlobs, 0);
    expect(sent).toBeGreaterThanOrEqual(3 + 8 * 2);
    expect(sent).toBeLessThanOrEqual(2 * (3 + 8 * 2));
    for (const [n, { digest }] of results.entries()) expect(digest).toBe(images[n % 8]?.result.digest);
    const { layout = '', blobs = '' } = images[0] ?? {};
    const again = await pushImage({ layout, blobs, to: `${host}/app-1`, credentials });
    expect(again).toMatchObject({ existed: true, uploadedBytes: 0 });
  });

  const kills = process.env['SLIPWAY_DEEP'] ? 20 : 3;

  test(`never shows an incomplete image after kill -9 at ${kills} random moments, and the next run succeeds (SLIPWAY_SEED=${seed})`, async () => {
    const [random, folder] = [randomOf(seed), await tempFolder()];
    const assets = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`bundle/assets/${at}.txt`, `${at} `.repeat(9000)]),
    );
    await writeFiles(folder, { 'bundle/main.mjs': 'export {}', ...assets });
    const whole = await runAndKill(
      folder,
      await startDockerRegistry(await tempFolder()),
      Number.POSITIVE_INFINITY,
    );
    const digest = whole.output.slice('begun\n'.length);
    let killed = 0;
    for (let run = 0; run < kills; run++) {
      for (const name of ['layout', 'repository', 'blobs'])
        await rm(join(folder, name), { recursive: true, force: true });
      const host = await startDockerRegistry(await tempFolder());
      const copy = async () =>
        copyImage({ from: `${host}/app`, to: `oci:${await tempFolder()}/copy`, digest, credentials });
      // The first kill is immediate, so at least one is not too late.
      const afterMs = run === 0 ? 0 : random() * whole.ms;
      if ((await runAndKill(folder, host, afterMs)).killed) killed += 1;
      // The image is missing or complete: a copy checks all bytes.
      await copy().catch((error: unknown) => expect(error).toMatchObject({ code: 'image-missing' }));
      expect((await runAndKill(folder, host, Number.POSITIVE_INFINITY)).output).toBe(whole.output);
      expect((await copy()).digest).toBe(digest);
    }
    // The control: processes were killed.
    expect(killed).toBeGreaterThan(0);
  }, 900_000);
});

test.runIf(hasPeer('docker-registry') && hasPeer('openssl'))(
  'docker-registry with TLS and a password accepts an image only with sign-in and a trusted certificate',
  async () => {
    const folder = await tempFolder();
    const [host, image] = [await startDockerRegistry(folder, true), await smallImage()];
    const program = new URL('../../bin/slipway-image.js', import.meta.url).pathname;
    const to = `https://${host}/app`;
    const push = (password: string, ca: string) => {
      const auths = { [host]: { username: 'ci', password } };
      const env = { ...process.env, DOCKER_AUTH_CONFIG: JSON.stringify({ auths }), NODE_EXTRA_CA_CERTS: ca };
      const args = [program, 'push', image.layout, '--blobs', image.blobs, '--to', to, '--json'];
      return promisify(execFile)(process.execPath, args, { env }).then(
        ({ stdout }) => JSON.parse(stdout) as { digest?: string },
        ({ stdout }: { stdout: string }) => JSON.parse(stdout) as object,
      );
    };
    const ca = join(folder, 'tls.pem');
    expect(await push('hunter2', ca)).toMatchObject({ digest: image.result.digest });
    expect(await push('wrong', ca)).toMatchObject({ error: { code: 'unauthorized' } });
    expect(await push('hunter2', '')).toMatchObject({ error: { code: 'registry-refused' } });
  },
);

// Building cosign takes minutes, so CI uses the reference implementation of DSSE instead (dsse.test.ts).
const hasCosign = hasPeer('cosign') && hasPeer('referrers-registry');
if (hasCosign)
  describe('cosign', () => {
    /** Keeps cosign from contacting other trust services. */
    const root = {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [],
      certificateAuthorities: [],
      ctlogs: [],
      timestampAuthorities: [],
    };

    test('verifies our attestations, and we verify its attestations', async () => {
      const host = await startServer('referrers-registry', []);
      const { attest, image, folder } = await pushedImage(`${host}/app`);
      const key = newKey();
      await attestImage({ ...attest, signer: key.signer });
      const predicate = {
        buildDefinition: {
          buildType: 'https://git.example/type',
          externalParameters: {},
          resolvedDependencies: [{ uri: source.uri, digest: { gitCommit: 'd'.repeat(40) } }],
        },
        runDetails: { builder: { id: source.builder } },
      };
      await writeFiles(folder, {
        'key.pem': key.privateKey,
        'pub.pem': key.publicKey,
        'root.json': JSON.stringify(root),
        'predicate.json': JSON.stringify(predicate),
      });
      const file = (name: string) => join(folder, name);
      const cosign = (...args: string[]) =>
        peer('cosign', args, { COSIGN_PASSWORD: '', TUF_ROOT: file('tuf'), HOME: folder });
      const trust = [
        '--insecure-ignore-tlog=true',
        '--allow-http-registry',
        '--trusted-root',
        file('root.json'),
      ];
      for (const type of ['slsaprovenance1', 'cyclonedx']) {
        const said = await cosign(
          'verify-attestation',
          '--key',
          file('pub.pem'),
          ...trust,
          '--type',
          type,
          image,
        );
        expect(said).toContain('"payload"');
      }
      await cosign('import-key-pair', '--key', file('key.pem'), '--output-key-prefix', file('imported'));
      const how = ['--yes', '--tlog-upload=false', '--use-signing-config=false', '--allow-http-registry'];
      const what = ['--predicate', file('predicate.json'), '--type', 'slsaprovenance1'];
      await cosign('attest', '--key', file('imported.key'), ...how, ...what, image);
      const signers = [{ name: 'ci', publicKey: key.publicKey }];
      const provenance = { builder: source.builder, source: source.uri, commit: 'd'.repeat(40) };
      expect(
        (await verifyImage({ image, policy: { signers, provenance }, credentials })).accepted,
      ).toHaveLength(1);
    });
  });
