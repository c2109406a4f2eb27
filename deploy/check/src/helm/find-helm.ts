import { CheckError } from '../error.ts';
import { helmAt, type Helm } from './helm.ts';
import { unpackHelm } from './unpack-helm.ts';

/** The Helm that Argo CD 3.5 renders with has this major version, and so must the one that checks. */
const MAJOR = 4;

/**
 * Helm 4: the one that the lockfile pins, where it runs (Linux on x64), else a `helm` on PATH of the same major version.
 *
 * @returns nothing where there is none; tests that need it are then skipped by name
 */
export async function findHelm(): Promise<Helm | undefined> {
  if (process.platform === 'linux' && process.arch === 'x64') return helmAt(await unpackHelm());
  return findOnPath('helm', MAJOR);
}

/** Helm 4, or the reason why nothing can be rendered. @throws CheckError `no-helm` */
export async function requireHelm(): Promise<Helm> {
  const helm = await findHelm();
  if (helm) return helm;
  throw new CheckError(
    'no-helm',
    `There is no Helm ${MAJOR} for ${process.platform}-${process.arch}: put a helm ${MAJOR} on PATH.`,
  );
}

/** A Helm on PATH, if it has that major version. */
export async function findOnPath(name: string, major: number): Promise<Helm | undefined> {
  const helm = helmAt(name);
  const { ok, stdout } = await helm(['version', '--template', '{{.Version}}']);
  return ok && stdout.startsWith(`v${major}.`) ? helm : undefined;
}
