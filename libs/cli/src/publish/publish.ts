import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GitopsError, type Environment, type RunResult } from '@slipway/gitops';
import {
  attestImage,
  embeddedBase,
  publishImage,
  readImageResult,
  type ImageResult,
  type PushResult,
} from '@slipway/image';
import { imageSigner, imageSource } from './image-source.ts';

/** The folder of base layers, shared by all apps of the workspace. */
export const BLOBS = '.slipway/blobs';

/** The output folder of the `image` target of an app. */
export const imageFolder = (app: string, base: Environment['base']): string =>
  `apps/${app}/dist/image/${base}`;

/**
 * Publishes the built image of an app to all registries of an environment in parallel, with one digest and
 * one tag, and attaches its SBOM and provenance. Blobs and statements that a registry has are not sent again.
 *
 * @param commit the commit in the provenance; undefined if the work tree has changes: then there is no
 *   provenance
 * @throws {GitopsError} `usage` if the image was not built
 * @throws {ImageError} if a registry refuses or cannot be reached; nothing is released then
 */
export async function publish(
  root: string,
  app: string,
  environment: Environment,
  commit: string | undefined,
  progress: (line: string) => void,
): Promise<Pick<RunResult, 'image' | 'registries'>> {
  const layout = join(root, imageFolder(app, environment.base));
  if (!existsSync(layout)) {
    throw new GitopsError(
      'usage',
      `${app} has no image yet. Build it: npx nx image ${app} -c ${environment.name}`,
      { value: app },
    );
  }
  const built = await readImageResult(layout);
  await assureBase(root, app, built);
  const tag = `sha-${built.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`;
  const to = environment.registries.map((registry) => `${registry}/${app}`);
  for (const place of to) progress(`Publishing ${place}:${tag}`);
  const pushed = await publishImage({ layout, blobs: join(root, BLOBS), to, tags: [tag] });
  await attest(root, layout, pushed, commit, progress);
  const registries = pushed.map(({ repository, uploadedBlobs, uploadedBytes }) => {
    return { repository, uploadedBlobs, uploadedBytes };
  });
  const repository = `${environment.registries[0]}/${app}`;
  return { image: { repository, tag, digest: built.digest }, registries };
}

/** Attaches SBOM and provenance once, so an unchanged image does not collect statements. */
async function attest(
  root: string,
  layout: string,
  pushed: readonly PushResult[],
  commit: string | undefined,
  progress: (line: string) => void,
): Promise<void> {
  const source = commit === undefined ? undefined : await imageSource(root, commit);
  const signer = await imageSigner();
  const attested = await Promise.all(
    pushed.map(({ repository }) =>
      attestImage({
        layout,
        to: repository,
        onlyMissing: true,
        ...(source && { source }),
        ...(signer && { signer }),
      }),
    ),
  );
  for (const { repository, attached } of attested) {
    const count = attached.filter(({ existed }) => !existed).length;
    const by = signer ? 'signed' : 'not signed: SLIPWAY_SIGNING_KEY is not set';
    if (count > 0)
      progress(`Attached ${count} ${count === 1 ? 'statement' : 'statements'} to ${repository} (${by})`);
  }
}

/** The layers of the embedded base are not in the image's folder; missing ones are made again. */
async function assureBase(root: string, app: string, { base }: ImageResult): Promise<void> {
  if (base.kind !== 'embedded') return;
  const made = await embeddedBase({ blobs: join(root, BLOBS) });
  if (made.digest !== base.digest) {
    throw new GitopsError(
      'usage',
      `The image of ${app} was built on the base ${base.digest}, but this machine's base is ${made.digest}. Build it again: npx nx image ${app} --skip-nx-cache`,
      { value: base.digest },
    );
  }
}
