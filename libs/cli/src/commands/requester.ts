import { actorOf, GitopsError, runUrlOf, type Checkout } from '@slipway/gitops';

/** The author of a change to a ledger, and the URL of the CI run. */
interface Requester {
  by: string;
  runUrl: string | undefined;
}

/**
 * The author: the given name, else the user who started the CI run, else Git's user name.
 *
 * @throws {GitopsError} `usage` if there is no name
 */
export async function requester(
  checkout: Checkout,
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Requester> {
  const by = named ?? actorOf(env) ?? (await checkout.userName());
  if (by === undefined) {
    throw new GitopsError('usage', 'The author is unknown: name one with --by, or set git config user.name.');
  }
  return { by, runUrl: runUrlOf(env) };
}
