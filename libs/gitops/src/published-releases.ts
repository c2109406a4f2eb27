import { appsAt } from './app.ts';
import type { Environment } from './environment.ts';
import { GitopsError } from './error.ts';
import type { Release } from './ledger.ts';
import type { FromSource } from './promote.ts';
import { listRuns, readRunResults } from './run-result.ts';
import type { Source } from './source.ts';

/**
 * What the runs of this checkout published from a commit, as releases: for an emergency in which no environment has
 * run it. Of several runs the newest counts. The platform, which has no image, needs no run.
 *
 * @param revision names the commit
 * @param to the environment that would run it
 * @throws {GitopsError} `usage` for a commit that this checkout does not have
 */
export async function publishedFrom(source: Source, revision: string, to: Environment): Promise<FromSource> {
  const commit = await source.resolve(revision);
  if (commit === undefined) {
    throw new GitopsError('usage', `This checkout has no commit "${revision}". Fetch it first.`, {
      value: revision,
    });
  }
  const apps = await appsAt(source, commit, to.name);
  const records = new Map<string, Release>();
  for (const run of await listRuns(source.root)) {
    for (const { app, head, image } of await readRunResults(source.root, run)) {
      const chart = apps.find(({ name }) => name === app)?.chart;
      if (head !== commit || chart === undefined || records.has(app)) continue;
      const release = { config: commit };
      records.set(app, image ? { image, release: { source: commit, ...release, chart } } : { release });
    }
  }
  return { commit, records };
}
