import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { blobPath, hasBlob, linkBlob, putBlob } from '../layout/blob-folder.ts';
import type { FoundBlob } from '../layout/blob-source.ts';
import { once, readWhole } from '../disk/read-chunks.ts';
import { readJson } from '../json/validate.ts';
import { withLock } from '../disk/folder-lock.ts';
import { blobsOf, layoutIndex, layoutMarker, readLayoutIndex } from '../layout/layout-files.ts';
import { IndexSchema, refName, type Descriptor } from '../oci/schemas.ts';
import { defaultRetryPolicy, retry } from '../registry/retry.ts';
import { asWriteFailure, replaceFile } from '../disk/replace-file.ts';
import type { Target } from './push-target.ts';
import type { Document } from '../oci/document.ts';
import { referrersTag } from '../oci/referrers-tag.ts';

/**
 * Pushes to a folder that is an OCI image layout: a registry for one machine. Blobs of the shared folder are
 * hard-linked. `index.json` is written last and atomically, so a reader never sees an incomplete image.
 */
export function folderTarget(folder: string, signal: AbortSignal = new AbortController().signal): Target {
  const blobs = blobsOf(folder);
  const entries = async () =>
    existsSync(join(folder, 'index.json')) ? readLayoutIndex(folder).manifests : [];
  const put = (descriptor: Descriptor, found: FoundBlob, onBytes: (bytes: number) => void) =>
    // Blobs may come from a registry, so the connection may break.
    retry(defaultRetryPolicy, signal, () => storeBlob(blobs, descriptor, found, onBytes));
  const putBlob: Target['putBlob'] = async (blob, found, onBytes) => {
    await put(blob, found, onBytes);
    return 'uploaded';
  };
  const putDocument = (document: Document) =>
    put(document.descriptor, { open: async () => once(document.bytes) }, () => undefined);
  const readList = async (tag: string): Promise<Descriptor[]> => {
    const listed = (await entries()).find((entry) => isTagged(entry, tag));
    if (!listed) return [];
    const file = blobPath(blobs, listed.digest);
    return readJson(IndexSchema, readWhole(file), `"${file}"`).manifests;
  };
  return {
    name: `oci:${folder}`,
    async hasImage({ descriptor }) {
      const listed = (await entries()).some((entry) => entry.digest === descriptor.digest);
      return listed && hasBlob(blobs, descriptor);
    },
    hasBlob: async (blob) => hasBlob(blobs, blob),
    putBlob,
    identity: async () => `oci:${resolve(folder)}`,
    complete: async () => undefined,
    putManifest: putDocument,
    async putRoot(root, tag) {
      await putDocument(root);
      const { descriptor } = root;
      await changeIndex(folder, entries, (list) =>
        tag === undefined ? withImage(list, descriptor) : withTag(list, tag, descriptor),
      );
    },
    tagged: async (tag) => (await entries()).find((entry) => entry.annotations?.[refName] === tag)?.digest,
    putTag: (tag, root) => changeIndex(folder, entries, (list) => withTag(list, tag, root.descriptor)),
    referrers: async (subject) => ({ list: await readList(referrersTag(subject)), keptBy: 'tag' }),
    async putReferrersTag(tag, list) {
      await putDocument(list);
      const entry = { ...list.descriptor, annotations: { [refName]: tag } };
      await changeIndex(folder, entries, (all) => [...all.filter((other) => !isTagged(other, tag)), entry]);
    },
    requests: () => 0,
    close: () => undefined,
  };
}

/** Adds an image to the list, unless an entry names it. */
function withImage(list: readonly Descriptor[], image: Descriptor): Descriptor[] {
  return list.some((entry) => entry.digest === image.digest) ? [...list] : [...list, image];
}

/** Sets a tag. An entry without a tag is removed when its image gets one. */
export function withTag(list: readonly Descriptor[], tag: string, image: Descriptor): Descriptor[] {
  const others = list.filter(
    ({ digest, annotations }) =>
      annotations?.[refName] !== tag && (annotations?.[refName] || digest !== image.digest),
  );
  const moved = list.find(({ annotations }) => annotations?.[refName] === tag);
  // The image that loses the tag stays in the list, because a release may refer to its digest.
  const kept = moved && moved.digest !== image.digest ? withImage(others, withoutAnnotations(moved)) : others;
  return [...kept, { ...image, annotations: { [refName]: tag } }];
}

function isTagged({ annotations }: Descriptor, tag: string): boolean {
  return annotations?.[refName] === tag;
}

function withoutAnnotations({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

async function changeIndex(
  folder: string,
  entries: () => Promise<Descriptor[]>,
  change: (list: readonly Descriptor[]) => Descriptor[],
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    let written = false;
    while (!written) {
      written = await withLock(join(folder, 'index.json.lock'), async (isHeld) => {
        const text = layoutIndex(change(await entries()));
        // Readers check the marker first.
        await replaceFile(join(folder, 'oci-layout'), Buffer.from(layoutMarker));
        if (!(await isHeld())) return false;
        await replaceFile(join(folder, 'index.json'), Buffer.from(text));
        return isHeld();
      });
    }
  } catch (error) {
    throw asWriteFailure(error, folder);
  }
}

async function storeBlob(
  blobs: string,
  blob: Descriptor,
  found: FoundBlob,
  onBytes: (bytes: number) => void,
): Promise<void> {
  if (found.sharedFile) {
    await linkBlob(blobs, found.sharedFile, blob);
    onBytes(blob.size);
    return;
  }
  const source = await found.open();
  async function* counted() {
    for await (const chunk of source) {
      yield chunk;
      onBytes(chunk.length);
    }
  }
  await putBlob(blobs, counted(), blob, blob.digest);
}
