import { mkdir, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { blobPath, putBlob } from '../layout/blob-folder.ts';
import { requireBlob } from '../layout/blob-source.ts';
import { openImage, type Image, type ImageLocation } from '../layout/open-image.ts';
import { blobsOf, layoutIndex, layoutMarker, writeLayoutFiles } from '../layout/layout-files.ts';
import { refName, type Descriptor } from '../oci/schemas.ts';
import { partialPath } from '../disk/partial-file.ts';
import { asWriteFailure, replaceFile, replaceFolder } from '../disk/replace-file.ts';
import { completeEntries, writeTar } from '../archive/write-tar.ts';

export interface ExportOptions extends ImageLocation {
  /** A missing or empty folder, or a file that ends in `.tar`, which is replaced if it exists. */
  output: string;
  /** Replaces a folder that is not empty. @default false */
  replace?: boolean;
  /** Tag of the exported image. @default none */
  tag?: string;
}

export interface ExportResult {
  output: string;
  digest: string;
  /** Bytes of all blobs. */
  size: number;
}

/**
 * Writes a complete OCI image layout, including the base, for other tools (`skopeo copy oci:…`; `podman load`
 * of the `.tar`; `docker load` if Docker stores images in containerd). Fetches missing layers of the base.
 * @throws ImageError `document-invalid`, `blob-missing`, `write-failed`, …
 */
export async function exportImage(options: ExportOptions): Promise<ExportResult> {
  const image = await openImage(options);
  try {
    const all = contentsOf(image);
    const { descriptor } = image.root;
    const entry = options.tag ? { ...descriptor, annotations: { [refName]: options.tag } } : descriptor;
    if (options.output.endsWith('.tar')) await exportArchive(image, entry, options.output);
    else
      await replaceFolder(
        options.output,
        () => options.replace === true,
        (folder) => exportFolder(image, entry, folder),
      );
    const size = all.reduce((sum, blob) => sum + blob.size, 0);
    return { output: options.output, digest: descriptor.digest, size };
  } finally {
    image.close();
  }
}

function contentsOf(image: Image): Descriptor[] {
  const documents = [image.root, ...image.platforms.map(({ document }) => document)];
  const all = [...documents.map(({ descriptor }) => descriptor), ...image.blobs];
  return [...new Map(all.map((blob) => [blob.digest, blob])).values()];
}

async function exportFolder(image: Image, entry: Descriptor, folder: string): Promise<void> {
  for (const blob of contentsOf(image)) {
    const found = await requireBlob(image.source, blob, 'the image');
    await putBlob(blobsOf(folder), await found.open(), blob, blob.digest);
  }
  writeLayoutFiles(folder, [entry]);
}

/** Blobs are first written to a temporary folder, because tar headers need the sizes of the contents. */
async function exportArchive(image: Image, entry: Descriptor, output: string): Promise<void> {
  const staging = partialPath(dirname(resolve(output)));
  try {
    await mkdir(staging, { recursive: true });
    await exportFolder(image, entry, staging);
    const text = (path: string, content: string) => {
      const bytes = Buffer.from(content);
      return { type: 'file' as const, path, mode: 0o444, size: bytes.length, content: bytes };
    };
    const blobs = contentsOf(image).map(({ digest, size }) => {
      const path = `blobs/sha256/${digest.slice('sha256:'.length)}`;
      const file = blobPath(blobsOf(staging), digest);
      return { type: 'file' as const, path, mode: 0o444, size, content: { file } };
    });
    // Writable folders, so the unpacked files can be deleted.
    const folders = ['blobs', 'blobs/sha256'].map((path) => ({
      type: 'directory' as const,
      path,
      mode: 0o755,
    }));
    const files = [text('oci-layout', layoutMarker), text('index.json', layoutIndex([entry])), ...blobs];
    await replaceFile(output, writeTar(completeEntries([...folders, ...files])));
  } catch (error) {
    throw asWriteFailure(error, output);
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}
