import { execFile, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The used parts of a Kubernetes object. */
export interface KubernetesObject {
  metadata: { name: string; namespace?: string; uid: string; creationTimestamp: string };
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** Runs kubectl with the current context. @throws with kubectl's message */
export function kubectl(args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('kubectl', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error ? reject(new Error(`kubectl ${args.join(' ')}: ${stderr || error.message}`)) : resolve(stdout),
    );
    child.stdin?.end(input ?? '');
  });
}

/** The objects that match a query. */
export async function list<T = KubernetesObject>(...query: string[]): Promise<T[]> {
  const text = await kubectl(['get', '--output=json', '--ignore-not-found', ...query]);
  if (text.trim() === '') return [];
  const found = JSON.parse(text) as T | { items: T[] };
  return found && typeof found === 'object' && 'items' in found ? found.items : [found];
}

/** Server-side apply, as in Argo CD. */
export const apply = (manifests: string): Promise<string> =>
  kubectl(['apply', '--server-side', '--field-manager=slipway-e2e', '--filename=-'], manifests);

/** Repeats `ask` until it returns a value. Fails with the last error after `within` milliseconds. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { within = 120_000, every = 250 } = {},
): Promise<T> {
  const deadline = Date.now() + within;
  let last: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await sleep(every);
  } while (Date.now() < deadline);
  throw new Error(
    `${what}: not within ${within / 1000} s${last instanceof Error ? ` (${last.message})` : ''}`,
  );
}

/** Forwards a loopback port to a Service, until it is closed. */
export async function forward(namespace: string, service: string, port: number) {
  const child = spawn('kubectl', [
    'port-forward',
    `--namespace=${namespace}`,
    `service/${service}`,
    `:${port}`,
  ]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const local = await until(`a port to ${service}`, async () => {
    if (child.exitCode !== null) throw new Error(output);
    return /Forwarding from 127\.0\.0\.1:(\d+)/.exec(output)?.[1];
  }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return { address: `http://127.0.0.1:${local}`, close: () => child.kill() };
}
