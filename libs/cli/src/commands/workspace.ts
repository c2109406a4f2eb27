import { Checkout } from '@slipway/gitops';

/** The workspace of a command. */
export interface Workspace {
  root: string;
  checkout: Checkout;
}

/**
 * Opens the workspace around the current folder and changes to its root, so all paths in configuration and
 * output are relative to the root.
 *
 * @throws {GitopsError} `no-repository`
 */
export async function enterWorkspace(): Promise<Workspace> {
  const checkout = await Checkout.open(process.cwd());
  process.chdir(checkout.root);
  return { root: checkout.root, checkout };
}
