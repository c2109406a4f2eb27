import { execFile } from 'node:child_process';
import {
  argoCdApi,
  argoCdByKubectl,
  findContext,
  GitopsError,
  unpackTool,
  type ArgoCd,
  type Environment,
  type Kubectl,
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
  const context = await findContext(kubectl, environment.name, options.context);
  if (context !== undefined) return argoCdByKubectl(kubectl, context, options.argocdNamespace);
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

const MAX_OUTPUT = 256 * 1024 * 1024;

/** The kubectl on PATH, else the one that the lockfile pins, where it runs. */
const kubectl: Kubectl = async (args, signal) => {
  const answer = (await run('kubectl', args, signal)) ?? (await runPinned(args, signal));
  if (answer !== undefined) return answer;
  throw new GitopsError(
    'usage',
    'There is no kubectl on PATH to ask the cluster with. Install it, or set ARGOCD_SERVER and ARGOCD_AUTH_TOKEN.',
    { value: 'kubectl' },
  );
};

async function runPinned(args: readonly string[], signal?: AbortSignal): Promise<Answer | undefined> {
  const pinned = await unpackTool('kubectl');
  return pinned === undefined ? undefined : run(pinned, args, signal);
}

type Answer = Awaited<ReturnType<Kubectl>>;

/** @returns undefined where there is no such program */
function run(program: string, args: readonly string[], signal?: AbortSignal): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const options = { maxBuffer: MAX_OUTPUT, ...(signal && { signal, killSignal: 'SIGKILL' as const }) };
    execFile(program, args, options, (error, stdout, stderr) => {
      const failure = error as (NodeJS.ErrnoException & { code?: number | string }) | null;
      if (failure?.code === 'ENOENT') return resolve(undefined);
      resolve({
        code: failure ? Number(failure.code) || 1 : 0,
        stdout,
        stderr: stderr || (failure?.message ?? ''),
      });
    });
  });
}
