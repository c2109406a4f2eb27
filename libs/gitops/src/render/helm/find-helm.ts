import { GitopsError } from '../../error.ts';
import { unpackTool } from '../../programs/bundled-tool.ts';
import { helmAt, type Helm } from './helm.ts';

/** The major version of Helm in Argo CD 3.5. Rendering must use the same. */
const MAJOR = 4;

/**
 * Finds Helm 4: the one from the lockfile, if it is installed and runs here (Linux on x64), else a `helm` on
 * PATH of the same major version.
 *
 * @returns undefined if there is none
 */
export async function findHelm(): Promise<Helm | undefined> {
  const pinned = await unpackTool('helm');
  return pinned === undefined ? findOnPath('helm', MAJOR) : helmAt(pinned);
}

/** Like {@link findHelm}. @throws {GitopsError} `no-tool` if there is none */
export async function requireHelm(): Promise<Helm> {
  const helm = await findHelm();
  if (helm) return helm;
  throw new GitopsError(
    'no-tool',
    `Rendering needs Helm ${MAJOR}, like Argo CD, but there is none for ${process.platform}-${process.arch}. ` +
      `Put a helm ${MAJOR} on PATH.`,
  );
}

/** A Helm on PATH, if it has the major version. */
export async function findOnPath(name: string, major: number): Promise<Helm | undefined> {
  const helm = helmAt(name);
  const { ok, stdout } = await helm(['version', '--template', '{{.Version}}']);
  return ok && stdout.startsWith(`v${major}.`) ? helm : undefined;
}
