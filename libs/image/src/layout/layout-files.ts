import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as Type from 'typebox';
import { readWhole } from '../disk/read-chunks.ts';
import { canonicalJson } from '../json/canonical.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { IndexSchema, mediaTypes, type Descriptor, type Index } from '../oci/schemas.ts';

const LayoutSchema = Type.Object({ imageLayoutVersion: Type.Literal('1.0.0') });

/** The marker file of an OCI image layout. */
export const layoutMarker = canonicalJson({ imageLayoutVersion: '1.0.0' });

/** The names in the folder of a layout. */
export const layoutNames = ['oci-layout', 'index.json', 'blobs'] as const;

/** The folder of a layout that holds its blobs. */
export function blobsOf(layout: string): string {
  return join(layout, 'blobs');
}

/** The text of a layout's `index.json`. */
export function layoutIndex(manifests: readonly Descriptor[]): string {
  return canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
}

/** Writes `oci-layout` and `index.json` to a folder with blobs, which makes it an OCI image layout. */
export function writeLayoutFiles(layout: string, manifests: readonly Descriptor[]): void {
  writeFileSync(join(layout, 'oci-layout'), layoutMarker);
  writeFileSync(join(layout, 'index.json'), layoutIndex(manifests));
}

/** Reads a layout's `index.json` after checking its marker file. */
export function readLayoutIndex(layout: string): Index {
  readJson(LayoutSchema, readPart(layout, 'oci-layout'), join(layout, 'oci-layout'));
  return readJson(IndexSchema, readPart(layout, 'index.json'), join(layout, 'index.json'));
}

function readPart(layout: string, name: string): Buffer {
  const remedy = `"${layout}" is not an OCI image layout (no ${name}): build the image first`;
  return readWhole(
    join(layout, name),
    (cause) => new ImageError('document-invalid', remedy, { value: layout, cause }),
  );
}
