import type { Commit, Checkout } from '@slipway/gitops';
import { CHECKED_IN, readGraph, type Graph } from '@slipway/stack';

/** The graph of a stack that is checked in at a commit. Returns undefined if there is none. */
export async function graphAt(
  folder: string,
  checkout: Checkout,
  commit: Commit,
): Promise<Graph | undefined> {
  const file = `${folder}/${CHECKED_IN}`;
  const text = await checkout.readFile(commit, file).catch(() => undefined);
  return text === undefined ? undefined : readGraph(text, `${commit.slice(0, 12)}:${file}`);
}
