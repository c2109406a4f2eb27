import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GitopsError, type Environment, type RunResult } from '@slipway/gitops';
import { embeddedBase, pushImage, readImageResult, type ImageResult } from '@slipway/image';

/** Where base layers lie, once for all apps of the workspace. */
export const BLOBS = '.slipway/blobs';

/** Where the `image` target leaves the image of an app. */
export const imageFolder = (app: string, base: Environment['base']): string =>
  `apps/${app}/dist/image/${base}`;

/**
 * Publishes the built image of an app to every registry of an environment, under one digest and one tag.
 * What a registry has already is not sent again.
 *
 * @throws {GitopsError} `usage` when the image was not built
 * @throws {ImageError} when a registry refuses or cannot be reached; nothing is released then
 */
export async function publish(
  root: string,
  app: string,
  environment: Environment,
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
  const registries = [];
  for (const registry of environment.registries) {
    const to = `${registry}/${app}`;
    progress(`Publishing ${to}:${tag}`);
    const { uploadedBlobs, uploadedBytes } = await pushImage({
      layout,
      blobs: join(root, BLOBS),
      to,
      tags: [tag],
    });
    registries.push({ repository: to, uploadedBlobs, uploadedBytes });
  }
  const repository = `${environment.registries[0]}/${app}`;
  return { image: { repository, tag, digest: built.digest }, registries };
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
