import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { AttestOptions } from '../../src/attest/attest.ts';
import { buildImage } from '../../src/build/build-image.ts';
import { keySigner } from '../../src/attest/dsse.ts';
import { pushImage } from '../../src/push/push-image.ts';
import type { ImageResult } from '../../src/layout/image-json.ts';
import { smallImage } from './small-image.ts';
import { writeFiles } from './temp-folder.ts';

export const credentials = async () => undefined;

/** The source of all images in these tests. */
export const source = {
  uri: 'git+https://git.example/team/app',
  commit: 'c'.repeat(40),
  builder: 'https://git.example/team/app/build',
  lockfile: { path: 'package-lock.json', digest: `sha256:${'1'.repeat(64)}` },
};

/** A key pair: a signer, and the public key for a policy. */
export function newKey(kind: 'ec' | 'ed25519' = 'ec') {
  const pair =
    kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { signer: keySigner(pair.privateKey), publicKey, privateKey };
}

/** A pushed image with an SBOM of two packages. */
export async function pushedImage(to: string, text = 'x') {
  const { folder, bundle, base, blobs } = await smallImage(text);
  const app = join(folder, 'app');
  await writeFiles(app, {
    'src/main.ts': text,
    'package.json': '{"name":"app","version":"1.0.0"}',
    'node_modules/@team/used/package.json':
      '{"name":"@team/used","version":"2.0.0","license":"MIT OR Apache-2.0"}',
    'node_modules/@team/used/dist/package.json': '{"type":"module"}',
    'node_modules/@team/used/dist/index.js': 'used',
    'node_modules/dropped/package.json': '{"name":"dropped","version":"3.0.0"}',
    'node_modules/dropped/index.js': 'dropped',
    'meta.json': JSON.stringify({
      outputs: {
        'main.mjs': {
          inputs: {
            'src/main.ts': { bytesInOutput: 10 },
            'node_modules/@team/used/dist/index.js': { bytesInOutput: 4 },
            'node_modules/dropped/index.js': { bytesInOutput: 0 },
          },
        },
      },
    }),
  });
  await writeFiles(bundle, {
    'node_modules/a/package.json': '{"name":"a","version":"1.2.3","license":"SEE LICENSE IN x"}',
  });
  const layout = join(folder, 'attested');
  const metafile = { file: join(app, 'meta.json'), root: app };
  const result: ImageResult = await buildImage({ bundle, output: layout, base, name: 'app', metafile });
  await pushImage({ layout, blobs, to, credentials });
  const attest: AttestOptions = { layout, to, source, credentials };
  return { folder, bundle, base, layout, blobs, metafile, result, attest, image: `${to}@${result.digest}` };
}
