import { Checkout } from '@slipway/gitops';

/** What the verbs of a workspace start from. */
export interface Workspace {
  root: string;
  checkout: Checkout;
}

/**
 * Opens the workspace around the current folder and makes its root the current folder, so that every path in
 * configuration and output is relative to the root, wherever the command was typed.
 *
 * @throws {GitopsError} `no-repository`
 */
export async function enterWorkspace(): Promise<Workspace> {
  const checkout = await Checkout.open(process.cwd());
  process.chdir(checkout.root);
  return { root: checkout.root, checkout };
}
