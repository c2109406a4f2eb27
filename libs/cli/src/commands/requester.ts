import { actorOf, GitopsError, runUrlOf, type Checkout } from '@slipway/gitops';

/** Who asks for a change of a ledger, and in which run. */
interface Requester {
  by: string;
  runUrl: string | undefined;
}

/**
 * Who asks: the one named, else who started the CI run, else Git's user name.
 *
 * @throws {GitopsError} `usage` when nobody is known
 */
export async function requester(
  checkout: Checkout,
  named: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Requester> {
  const by = named ?? actorOf(env) ?? (await checkout.userName());
  if (by === undefined) {
    throw new GitopsError(
      'usage',
      'Nobody is known here: say who you are with --by, or set git config user.name.',
    );
  }
  return { by, runUrl: runUrlOf(env) };
}
