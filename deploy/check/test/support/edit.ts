import type { Manifest } from '@slipway/gitops/render';

type Container = Record<string, unknown>;

/** An edit of the first object of a kind: a path (`-` appends to a list) and a value; undefined removes. */
export interface Edit {
  readonly kind: string;
  readonly path: string;
  readonly value?: unknown;
}

/** The same manifests with one edit. It throws if the path does not exist, so a test cannot edit nothing by mistake. */
export function edited(manifests: readonly Manifest[], { kind, path, value }: Edit): Manifest[] {
  const copy = structuredClone(manifests) as Manifest[];
  const object = copy.find((manifest) => manifest.kind === kind);
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/'));
  const last = keys.pop();
  const parent = keys.reduce<unknown>((at, key) => (at as Container | undefined)?.[key], object);
  if (last === undefined || typeof parent !== 'object' || parent === null) {
    throw new Error(`There is no ${path} in a ${kind}.`);
  }
  put(parent as Container, last, value, path);
  return copy;
}

/** The same manifests without the first object of a kind. */
export function without(manifests: readonly Manifest[], kind: string): Manifest[] {
  const at = manifests.findIndex((manifest) => manifest.kind === kind);
  if (at < 0) throw new Error(`There is no ${kind}.`);
  return manifests.toSpliced(at, 1);
}

function put(parent: Container, key: string, value: unknown, path: string): void {
  if (Array.isArray(parent) && key === '-') parent.push(value);
  else if (value !== undefined) parent[key] = value;
  else if (!(key in parent)) throw new Error(`There is no ${path} to remove.`);
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}
