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

/** Where base layers lie, once for all apps of the workspace. */
export const BLOBS = '.slipway/blobs';

/** Where the `image` target leaves the image of an app. */
export const imageFolder = (app: string, base: Environment['base']): string =>
  `apps/${app}/dist/image/${base}`;

/**
 * Publishes the built image of an app to every registry of an environment at once, under one digest and one tag, and
 * attaches its SBOM and provenance there. What a registry has already is not sent, and not said again.
 *
 * @param commit what the provenance names; undefined where there is no provenance, because the work tree holds more
 * @throws {GitopsError} `usage` when the image was not built
 * @throws {ImageError} when a registry refuses or cannot be reached; nothing is released then
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

/** Says what is in the image and where it came from; once, so that an unchanged image gathers nothing. */
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
    const by = signer ? 'signed' : 'not signed: SLIPWAY_SIGNING_KEY names no key';
    if (count > 0)
      progress(
        `Attached ${count} ${count === 1 ? 'statement' : 'statements'} about it to ${repository} (${by})`,
      );
  }
}

/** The layers of the embedded base are not in the image's folder; they are made again where they are missing. */
async function assureBase(root: string, app: string, { base }: ImageResult): Promise<void> {
  if (base.kind !== 'embedded') return;
  const made = await embeddedBase({ blobs: join(root, BLOBS) });
  if (made.digest !== base.digest) {
    throw new GitopsError(
      'usage',
      `The image of ${app} was built on another base (${base.digest}) than this machine's (${made.digest}). Build it again: npx nx image ${app} --skip-nx-cache`,
      { value: base.digest },
    );
  }
}
