import type { Environment } from '../workspace/environment.ts';
import type { Image } from '../ledger/records.ts';
import type { Promotion } from './decide-promotion.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** One image to copy from one repository to another, with the same digest and tag. */
export interface ImageCopy {
  /** The source repository, for example `docker.io/acme/api` or `oci:.slipway/registry/api`. */
  from: string;
  to: string;
  digest: string;
  tag: string;
}

/** Copies an image unless the target has it; all that a promotion needs from an image library. */
export type CopyImage = (copy: ImageCopy) => Promise<unknown>;

/**
 * Copies the images of apps that would land into every registry of the target. An app whose image cannot be
 * copied is `failed`. Every attempt calls it again, but each image is copied once.
 */
export function imageCopier({ registries }: Pick<Environment, 'registries'>, copyImage: CopyImage) {
  const copies = new Map<string, Promise<string | undefined>>();
  const attempt = async (copy: ImageCopy): Promise<string | undefined> => {
    try {
      await copyImage(copy);
      return undefined;
    } catch (error) {
      return `its image cannot be copied from ${copy.from} to ${copy.to}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  const copyOnce = (copy: ImageCopy): Promise<string | undefined> => {
    const key = `${copy.digest} ${copy.to}`;
    const copied = copies.get(key) ?? attempt(copy);
    copies.set(key, copied);
    return copied;
  };
  const failure = async (from: string, app: string, { digest, tag }: Image) => {
    for (const registry of registries) {
      const to = `${registry}/${app}`;
      const failed = from === to ? undefined : await copyOnce({ from, to, digest, tag });
      if (failed !== undefined) return failed;
    }
    return undefined;
  };
  return async (
    { records }: Pick<Promotion, 'records'>,
    outcomes: readonly Outcome[],
  ): Promise<Outcome[]> => {
    const settled: Outcome[] = [];
    for (const outcome of outcomes) {
      const { app, before } = outcome;
      const image = outcome.outcome === 'landed' ? records.get(app)?.image : undefined;
      const reason = image && (await failure(image.repository, app, image));
      settled.push(
        reason === undefined
          ? outcome
          : { app, outcome: 'failed', reason, ...(before && { before, after: before }) },
      );
    }
    return settled;
  };
}
