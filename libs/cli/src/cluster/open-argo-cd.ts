import {
  argoCdApi,
  argoCdByKubectl,
  findContext,
  GitopsError,
  runKubectl,
  type ArgoCd,
  type Environment,
} from '@slipway/gitops';
import { Option, type Command } from 'commander';

/** Which cluster to ask, as options say it. */
export interface ClusterOptions {
  context?: string;
  argocd?: string;
  argocdNamespace: string;
}

/** The options of every verb that asks a cluster. */
export function addClusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--context <name>',
        'kubectl context (default: one with the name of the environment, else the current one)',
      ),
    )
    .addOption(
      new Option('--argocd <address>', "ask Argo CD's API there instead; its token is ARGOCD_AUTH_TOKEN").env(
        'ARGOCD_SERVER',
      ),
    )
    .addOption(
      new Option('--argocd-namespace <name>', 'where Argo CD keeps its Applications').default('argocd'),
    );
}

/**
 * The Argo CD of an environment's cluster: by its API where an address is given, else by kubectl.
 *
 * @throws {GitopsError} `usage` where no cluster is known, with the ways to name one
 */
export async function openArgoCd(environment: Environment, options: ClusterOptions): Promise<ArgoCd> {
  if (environment.source === 'worktree') {
    throw new GitopsError('usage', `${environment.name} has no cluster: its releases are recorded only.`, {
      value: environment.name,
    });
  }
  if (options.argocd !== undefined && options.context === undefined)
    return argoCdApi(apiOptions(options.argocd));
  const context = await findContext(runKubectl, environment.name, options.context);
  if (context !== undefined) return argoCdByKubectl(runKubectl, context, options.argocdNamespace);
  throw new GitopsError(
    'usage',
    `No cluster is known for ${environment.name}. Set KUBECONFIG to a file with a context called "${environment.name}", ` +
      'or name one (--context NAME), or set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN.',
    { value: environment.name },
  );
}

/** The variables are those of the `argocd` command, whose address has no scheme and whose options say `--plaintext`. */
function apiOptions(address: string) {
  const plain = !address.includes('://') && (process.env['ARGOCD_OPTS'] ?? '').includes('--plaintext');
  return { server: plain ? `http://${address}` : address, token: process.env['ARGOCD_AUTH_TOKEN'] };
}
