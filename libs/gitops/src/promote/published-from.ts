import { appsAt, type App } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { readHistory } from '../ledger/history.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import type { Image, Release } from '../ledger/records.ts';
import type { FromSource } from './promote.ts';
import { releasesIn } from '../interventions/rollback-target.ts';
import { listRuns, readRunResults } from '../bump/run-result.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * What a registry is asked: the images of a repository that were built from a commit. An image library answers, by
 * provenance.
 */
export type BuiltImages = (repository: string, commit: Commit) => Promise<readonly Image[]>;

/**
 * What was published from a commit, as releases: for an emergency in which the environment before cannot be asked. The
 * runs of this checkout know, the newest first; else the ledgers of other environments do, which name the image of an
 * app that was ever released from this commit; else the registries do. The platform, which has no image, needs none of them.
 *
 * @param revision names the commit
 * @param to the environment that would run it
 * @param environments whose ledgers and registries are asked: those whose images have the same base as the target's
 * @param built asks a registry. @default no registry is asked
 * @throws {GitopsError} `usage` for a commit that this checkout does not have
 */
export async function publishedFrom(
  checkout: Checkout,
  revision: string,
  to: Environment,
  environments: readonly Environment[] = [],
  built?: BuiltImages,
): Promise<FromSource> {
  const commit = await checkout.resolve(revision);
  if (commit === undefined) {
    throw new GitopsError('usage', `This checkout has no commit "${revision}". Fetch it first.`, {
      value: revision,
    });
  }
  const apps = new Map((await appsAt(checkout, commit, to.name)).map((app) => [app.name, app]));
  const records = await fromRuns(checkout, commit, apps);
  const unread: string[] = [];
  const missing = (): App[] => [...apps.values()].filter(({ name }) => !records.has(name));
  const alike = environments.filter(({ base }) => base === to.base);
  for (const environment of alike) {
    if (missing().length === 0 || environment.name === to.name) continue;
    const found = await fromLedger(checkout, commit, environment, missing());
    if (found === undefined) unread.push(`the ledger of ${environment.name}`);
    for (const [app, release] of found ?? []) records.set(app, release);
  }
  const registries = [...new Set([...alike, to].flatMap(({ registries }) => registries))];
  for (const app of built ? missing() : []) {
    const found = await fromRegistries(commit, app, registries, built as BuiltImages);
    if ('record' in found) records.set(app.name, found.record);
    else unread.push(...found.unread);
  }
  return { commit, records, unread };
}

/** The first registry that has an image of the app from the commit. Which of several it is, nobody guesses. */
async function fromRegistries(
  commit: Commit,
  app: App,
  registries: readonly string[],
  built: BuiltImages,
): Promise<{ record: Release } | { unread: string[] }> {
  const unread: string[] = [];
  for (const registry of registries) {
    const repository = `${registry}/${app.name}`;
    const images = await built(repository, commit).catch(() => undefined);
    const digests = new Set(images?.map(({ digest }) => digest));
    if (images === undefined) unread.push(repository);
    else if (digests.size > 1) unread.push(`${repository}, as it has ${digests.size} images from there,`);
    else if (images[0]) return { record: recordOf(app, images[0], commit, commit) };
  }
  return { unread };
}

async function fromRuns(
  checkout: Checkout,
  commit: Commit,
  apps: ReadonlyMap<string, App>,
): Promise<Map<string, Release>> {
  const records = new Map<string, Release>();
  for (const run of await listRuns(checkout.root)) {
    for (const { app, head, image } of await readRunResults(checkout.root, run)) {
      const known = apps.get(app);
      if (head === commit && known !== undefined && !records.has(app))
        records.set(app, recordOf(known, image, commit, commit));
    }
  }
  return records;
}

/** What a ledger ever recorded of a commit: the image that was published from it, or that ran with its configuration. */
async function fromLedger(
  checkout: Checkout,
  commit: Commit,
  environment: Environment,
  apps: readonly App[],
): Promise<ReadonlyMap<string, Release> | undefined> {
  const records = new Map<string, Release>();
  let repository: LedgerRepository | undefined;
  try {
    repository = await LedgerRepository.open(checkout, environment, { history: true });
    const tip = await repository.tip();
    for (const app of apps) {
      const releases = releasesIn(await readHistory(checkout, repository, tip, app.name));
      const found = releases.find(({ release: { release } }) =>
        [release.config, release.source].includes(commit),
      );
      if (found === undefined) continue;
      const { image, release } = found.release;
      records.set(app.name, recordOf(app, image, release.source ?? commit, commit));
    }
    return records;
  } catch (error) {
    if (!(error instanceof GitopsError)) throw error;
    return undefined;
  } finally {
    await repository?.close();
  }
}

function recordOf({ chart }: App, image: Image | undefined, source: Commit, config: Commit): Release {
  return image ? { image, release: { source, config, chart } } : { release: { config } };
}
