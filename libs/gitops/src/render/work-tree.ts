import { appsAt, PLATFORM } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import type { Image, Release } from '../ledger/records.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/** The work tree as a commit: HEAD where nothing is changed, else a snapshot on top of it, which no ref holds. */
export async function workTreeCommit(checkout: Checkout): Promise<Commit> {
  return (await checkout.changes()).length > 0 ? checkout.snapshot() : checkout.head();
}

/** An image that no registry has: what is rendered of it does not change with each release. */
export function sampleImage({ registries }: Pick<Environment, 'registries'>, app: string): Image {
  const digest = '0123456789abcdef'.repeat(4);
  return {
    repository: `${registries[0]}/${app}`,
    tag: `sha-${digest.slice(0, 12)}`,
    digest: `sha256:${digest}`,
  };
}

/** What would be released of a commit in an environment. */
interface Candidates {
  /** Undefined for an environment that has no Argo CD. */
  platform: Release | undefined;
  /** Every app that the commit deploys there, with a sample of an image. */
  apps: ReadonlyMap<string, Release>;
}

/** The releases that an environment would have if all of a commit were released there now. */
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
