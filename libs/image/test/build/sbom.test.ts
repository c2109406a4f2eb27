import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { buildImage } from '../../src/build/build-image.ts';
import { hostNodeBase } from '../../src/base/embedded-base.ts';
import type { Base } from '../../src/base/base.ts';
import { tempFolder, writeFiles } from '../support/temp-folder.ts';
import { sbomFile } from '../../src/layout/image-json.ts';

const sha512 = Buffer.alloc(64, 5);
const base: Base = {
  ...hostNodeBase(),
  kind: 'pinned',
  name: 'registry.example/node',
  digest: `sha256:${'b'.repeat(64)}`,
  env: ['NODE_VERSION=24.1.0'],
};

/** The official schema of CycloneDX 1.6 and those that it refers to. */
async function schemaErrors(sbom: object): Promise<unknown[]> {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const [bom, spdx, jsf] = await Promise.all(
    ['bom-1.6', 'spdx', 'jsf-0.82'].map(async (name) => {
      const file = join(dirname(library), `res/schema/${name}.SNAPSHOT.schema.json`);
      return JSON.parse(await readFile(file, 'utf8')) as object;
    }),
  );
  const formats = { 'idn-email': true, 'iri-reference': true } as const;
  const ajv = new Ajv({ strict: false, formats });
  // Under the names that the library's copy of the schema uses.
  ajv.addSchema(spdx ?? {}, 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(jsf ?? {}, 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json');
  addFormats.default(ajv);
  const validate = ajv.compile(bom ?? {});
  validate(sbom);
  return validate.errors ?? [];
}

async function sbomOf(): Promise<{ components: Record<string, unknown>[] }> {
  const folder = await tempFolder();
  await mkdir(join(folder, 'bundle'));
  await writeFiles(folder, {
    'package.json': '{"name":"app","version":"1.0.0"}',
    'package-lock.json': JSON.stringify({
      lockfileVersion: 3,
      packages: {
        'node_modules/locked': { version: '1.0.0', integrity: `sha512-${sha512.toString('base64')}` },
        'node_modules/locked/node_modules/moved': {
          version: '2.0.0',
          integrity: `sha512-${'A'.repeat(86)}==`,
        },
      },
    }),
    'node_modules/locked/package.json': '{"name":"locked","version":"1.0.0","license":"MIT"}',
    'node_modules/locked/index.js': '',
    'node_modules/locked/node_modules/moved/package.json': '{"name":"moved","version":"2.0.1"}',
    'node_modules/locked/node_modules/moved/index.js': '',
    'bundle/main.mjs': 'x',
    'meta.json': JSON.stringify({
      outputs: {
        'main.mjs': {
          inputs: {
            'node_modules/locked/index.js': { bytesInOutput: 4 },
            'node_modules/locked/node_modules/moved/index.js': { bytesInOutput: 4 },
          },
        },
      },
    }),
  });
  const [bundle, output] = [join(folder, 'bundle'), join(folder, 'layout')];
  await buildImage({
    bundle,
    output,
    base,
    name: 'app',
    metafile: { file: join(folder, 'meta.json'), root: folder },
  });
  return JSON.parse(await readFile(join(output, sbomFile), 'utf8')) as Awaited<ReturnType<typeof sbomOf>>;
}

describe('the SBOM of an image', () => {
  test('is valid by the official schema of CycloneDX 1.6', async () => {
    const sbom = await sbomOf();
    expect(await schemaErrors(sbom)).toEqual([]);
    // The control: the schema refuses an invalid document.
    const [component] = sbom.components;
    expect(await schemaErrors({ ...sbom, components: [{ ...component, type: 'package' }] })).not.toEqual([]);
  });

  test('has the hash of the lockfile only for the locked version', async () => {
    const [locked, moved] = (await sbomOf()).components;
    expect(locked).toMatchObject({
      name: 'locked',
      hashes: [{ alg: 'SHA-512', content: sha512.toString('hex') }],
    });
    expect(moved).toMatchObject({ name: 'moved', version: '2.0.1' });
    expect(moved).not.toHaveProperty('hashes');
  });

  test('names the base by its digest, and its Node', async () => {
    const [, , image, node] = (await sbomOf()).components;
    expect(image).toMatchObject({ type: 'container', name: base.name, version: base.digest });
    expect(node).toMatchObject({ type: 'platform', name: 'node', version: '24.1.0' });
  });
});
