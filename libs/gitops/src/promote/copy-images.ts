import type { Environment } from '../workspace/environment.ts';
import type { Image } from '../ledger/records.ts';
import type { Promotion } from './decide-promotion.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** One image to bring from one repository to another, under the same digest and tag. */
export interface ImageCopy {
  /** The repository that has it, for example `docker.io/acme/api` or `oci:.slipway/registry/api`. */
  from: string;
  to: string;
  digest: string;
  tag: string;
}

/** The one thing a promotion asks of an image library: what is there already is not copied again. */
export type CopyImage = (copy: ImageCopy) => Promise<unknown>;

/**
 * Brings the images of what would land into every registry of the target; an app whose image cannot be copied is
 * `failed`. Attempts ask again, and nothing is copied twice.
 */
export function imageCopier({ registries }: Pick<Environment, 'registries'>, copyImage: CopyImage) {
  const copies = new Map<string, Promise<string | undefined>>();
  const attempt = async (copy: ImageCopy): Promise<string | undefined> => {
    try {
      await copyImage(copy);
      return undefined;
    } catch (error) {
      return `its image could not be copied from ${copy.from} to ${copy.to}: ${error instanceof Error ? error.message : String(error)}`;
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
