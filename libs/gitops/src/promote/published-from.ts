import { appsAt, type App } from '../workspace/app.ts';
import type { Environment } from '../workspace/environment.ts';
import { GitopsError } from '../error.ts';
import { readHistory } from '../ledger/ledger-history.ts';
import { LedgerRepository } from '../ledger/ledger-repository.ts';
import type { Image, Release } from '../ledger/records.ts';
import type { FromSource } from './promote.ts';
import { releasesIn } from '../interventions/rollback-target.ts';
import { listRuns, readRunResults } from '../bump/run-result.ts';
import type { Checkout } from '../checkout/checkout.ts';
import type { Commit } from '../git/commit.ts';

/**
 * Returns the images of a repository that were built from a commit, by their provenance. An image library
 * implements it.
 */
export type BuiltImages = (repository: string, commit: Commit) => Promise<readonly Image[]>;

/**
 * The releases that were published from a commit: for an emergency in which the source environment cannot be
 * read. Looks first in the runs of this checkout, newest first; then in the ledgers of other environments,
 * whose history names the image of every app that was released from this commit; then in the registries. The
 * platform has no image to look for.
 *
 * @param revision the commit or another name of it
 * @param to the target environment
 * @param environments the environments whose ledgers and registries are read, if their base is that of the
 *   target
 * @param built reads a registry. @default no registry is read
 * @throws {GitopsError} `usage` if this checkout does not have the commit
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

/** The image of the app in the first registry that has exactly one from the commit. */
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
    else if (digests.size > 1) unread.push(`${repository}, which has ${digests.size} images of the commit`);
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

/**
 * The releases in a ledger's history whose image was published from a commit, or that had its configuration.
 */
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
