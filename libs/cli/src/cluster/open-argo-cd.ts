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

/** The options that select the cluster. */
export interface ClusterOptions {
  context?: string;
  argocd?: string;
  argocdNamespace: string;
}

/** Adds the options of subcommands that ask a cluster. */
export function addClusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--context <name>',
        'kubectl context (default: the one with the name of the environment, else the current one)',
      ),
    )
    .addOption(
      new Option(
        '--argocd <address>',
        "use Argo CD's API at this address instead; its token is ARGOCD_AUTH_TOKEN",
      ).env('ARGOCD_SERVER'),
    )
    .addOption(
      new Option('--argocd-namespace <name>', 'namespace of the Applications of Argo CD').default('argocd'),
    );
}

/**
 * Opens the Argo CD of an environment's cluster: by its API if an address is given, else by kubectl.
 *
 * @throws {GitopsError} `usage` if no cluster is known; the message lists the ways to name one
 */
export async function openArgoCd(environment: Environment, options: ClusterOptions): Promise<ArgoCd> {
  if (environment.source === 'worktree') {
    throw new GitopsError('usage', `${environment.name} has no cluster: its releases are only recorded.`, {
      value: environment.name,
    });
  }
  if (options.argocd !== undefined && options.context === undefined)
    return argoCdApi(apiOptions(options.argocd));
  const context = await findContext(runKubectl, environment.name, options.context);
  if (context !== undefined) return argoCdByKubectl(runKubectl, context, options.argocdNamespace);
  throw new GitopsError(
    'usage',
    `No cluster is known for ${environment.name}. Set KUBECONFIG to a file with a context named "${environment.name}", ` +
      'or name one (--context NAME), or set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN.',
    { value: environment.name },
  );
}

/** Reads the variables of the `argocd` command: an address without scheme, and options with `--plaintext`. */
function apiOptions(address: string) {
  const plain = !address.includes('://') && (process.env['ARGOCD_OPTS'] ?? '').includes('--plaintext');
  return { server: plain ? `http://${address}` : address, token: process.env['ARGOCD_AUTH_TOKEN'] };
}
