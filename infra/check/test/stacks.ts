import { fileURLToPath } from 'node:url';
import { readStack, synthStack, type Graph, type StackProject } from '@slipway/stack';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** All stacks, by environment. */
export const STACKS = {
  production: ['foundation', 'registry', 'cluster'],
  development: ['foundation', 'cluster'],
} as const;

export const ALL = Object.entries(STACKS).flatMap(([environment, names]) =>
  names.map((name) => [environment, name] as const),
);

export function stackOf(environment: string, name: string): Promise<StackProject> {
  return readStack(`${ROOT}${environment}/${name}`);
}

export async function graphOf(environment: string, name: string): Promise<Graph> {
  return synthStack(await stackOf(environment, name));
}
