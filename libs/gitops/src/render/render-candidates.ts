import { appsAt, PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Image, Release } from '../ledger/records.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** The work tree as a commit: HEAD if it is clean, else a snapshot on top of HEAD, which no ref points to. */
export async function workTreeCommit(checkout: Checkout): Promise<Commit> {
  return (await checkout.changes()).length > 0 ? checkout.snapshot() : checkout.head();
}

/** An image that does not exist, so its rendering does not change with each release. */
export function sampleImage({ registries }: Pick<Environment, 'registries'>, app: string): Image {
  const digest = '0123456789abcdef'.repeat(4);
  return {
    repository: `${registries[0]}/${app}`,
    tag: `sha-${digest.slice(0, 12)}`,
    digest: `sha256:${digest}`,
  };
}

/** The releases that a commit would have in an environment. */
interface Candidates {
  /** Undefined for an environment without Argo CD. */
  platform: Release | undefined;
  /** Every app that the commit deploys there, with a sample image. */
  apps: ReadonlyMap<string, Release>;
}

/** The releases that an environment would have if every project were released at a commit. */
export async function candidatesAt(
  checkout: Checkout,
  environment: Environment,
  commit: Commit,
): Promise<Candidates> {
  const deployed = await appsAt(checkout, commit, environment.name);
  const apps = deployed.filter(({ name }) => name !== PLATFORM);
  return {
    platform: apps.length < deployed.length ? { release: { config: commit } } : undefined,
    apps: new Map(
      apps.map(({ name, chart }) => [
        name,
        { image: sampleImage(environment, name), release: { source: commit, config: commit, chart } },
      ]),
    ),
  };
}
