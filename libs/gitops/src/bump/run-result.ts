import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate-text.ts';
import { GitopsError } from '../error.ts';
import { AppRelease } from '../ledger/records.ts';
import type { Intent, Failure } from './bump-intent.ts';

/** The folder of run results, from the root of the work tree. Git ignores it. */
const RUNS = '.slipway/runs';

/** The number of runs to keep. Only the run itself reads its results, or a person after a failed bump. */
const KEPT = 20;

/** The value in a stack's result for an update that has not finished, or has failed. */
export const BEGUN = 'begun';

/** `.slipway/runs/<run>/<project>.json`: the result of one `deploy` task of one run. */
export const RunResult = Type.Object(
  {
    app: Type.String({ minLength: 1 }),
    environment: Type.String({ minLength: 1 }),
    head: Type.String({
      pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$',
      description: 'The commit that was checked out.',
    }),
    image: Type.Optional(AppRelease.properties.image),
    applied: Type.Optional(
      Type.String({
        pattern: `^(${BEGUN}|sha256:[0-9a-f]{64})$`,
        description: 'For a stack: the hash of the applied graph; `begun` until the engine has finished.',
      }),
    ),
    registries: Type.Array(
      Type.Object(
        {
          repository: Type.String(),
          uploadedBlobs: Type.Integer({ minimum: 0 }),
          uploadedBytes: Type.Integer({
            minimum: 0,
            description: 'Blob bytes sent; 0 if the registry had all blobs.',
          }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type RunResult = Static<typeof RunResult>;

/** Writes the result of one task atomically. */
export async function writeRunResult(root: string, run: string, result: RunResult): Promise<void> {
  const folder = runFolder(root, run);
  const file = join(folder, `${result.app}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.${process.pid}`, `${JSON.stringify(result, undefined, 2)}\n`);
  await rename(`${file}.${process.pid}`, file);
}

/**
 * Reads the results of one run, sorted by app.
 *
 * @throws {GitopsError} `invalid`
 */
export async function readRunResults(root: string, run: string): Promise<RunResult[]> {
  const folder = runFolder(root, run);
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    files.map(async (name) =>
      readJson(RunResult, await readFile(join(folder, name), 'utf8'), join(RUNS, run, name)),
    ),
  );
}

/**
 * The input of a bump from results. An applied stack is recorded even if other tasks failed. The cloud may
 * have a part of a stack whose update started but did not finish.
 */
export function intentsOf(results: readonly RunResult[]): { intents: Intent[]; failed: Failure[] } {
  const begun = results.filter(({ applied }) => applied === BEGUN);
  return {
    intents: results
      .filter(({ applied }) => applied !== BEGUN)
      .map(({ app, image, applied }) => ({ app, image, graph: applied })),
    failed: begun.map(({ app }) => ({ app, reason: 'its update did not finish', begun: true })),
  };
}

/** The runs with results, newest first. */
export async function listRuns(root: string): Promise<string[]> {
  const names = await readdir(join(root, RUNS)).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(root, RUNS, name))).mtimeMs })),
  );
  return dated.sort((a, b) => b.at - a.at).map(({ name }) => name);
}

/** Deletes the results of all but the newest runs. */
export async function pruneRuns(root: string): Promise<void> {
  const old = (await listRuns(root)).slice(KEPT);
  await Promise.all(old.map((run) => rm(runFolder(root, run), { recursive: true, force: true })));
}

function runFolder(root: string, run: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(run)) {
    throw new GitopsError('usage', `"${run}" is not the name of a run. Runs are the folders in ${RUNS}.`, {
      value: run,
    });
  }
  return join(root, RUNS, run);
}
