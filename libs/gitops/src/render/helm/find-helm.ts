import { GitopsError } from '../../error.ts';
import { unpackTool } from '../../programs/bundled-tool.ts';
import { helmAt, type Helm } from './helm.ts';

/** The Helm that Argo CD 3.5 renders with has this major version, and so must the one that renders here. */
const MAJOR = 4;

/**
 * Helm 4: the one that the lockfile pins, where it runs (Linux on x64) and is installed, else a `helm` on PATH of
 * the same major version.
 *
 * @returns undefined where there is none
 */
export async function findHelm(): Promise<Helm | undefined> {
  const pinned = await unpackTool('helm');
  return pinned === undefined ? findOnPath('helm', MAJOR) : helmAt(pinned);
}

/** Helm 4. @throws {GitopsError} `no-tool` where there is none */
export async function requireHelm(): Promise<Helm> {
  const helm = await findHelm();
  if (helm) return helm;
  throw new GitopsError(
    'no-tool',
    `There is no Helm ${MAJOR} for ${process.platform}-${process.arch}, and Argo CD renders with it. ` +
      `Put a helm ${MAJOR} on PATH.`,
  );
}

/** A Helm on PATH, if it has that major version. */
export async function findOnPath(name: string, major: number): Promise<Helm | undefined> {
  const helm = helmAt(name);
  const { ok, stdout } = await helm(['version', '--template', '{{.Version}}']);
  return ok && stdout.startsWith(`v${major}.`) ? helm : undefined;
}
