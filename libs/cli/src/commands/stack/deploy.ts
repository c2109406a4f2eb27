import { basename } from 'node:path';
import {
  assertNotOlder,
  assertReleasable,
  readApplied,
  readEnvironment,
  recordApplied,
} from '@slipway/gitops';
import { assertFresh, evaluate, graphHash, loadProgram, openEngine, StackError } from '@slipway/stack';
import { print } from '../../print.ts';
import { backendFor } from './backend.ts';
import { openStack, type OpenStack, type StackOptions } from './open-stack.ts';

/** Applies a stack to its own environment, whatever credentials lie around, and records what became of it. */
export async function deploy(folder: string, options: StackOptions & { env?: string }): Promise<void> {
  const opened = await openStack(folder, options);
  const { root, source, project, graph } = opened;
  if (options.env !== project.stack) throw wrongEnvironment(folder, project.stack, options.env);
  const environment = await readEnvironment(root, project.stack);
  const { head } = await assertReleasable(source, environment);
  const stack = basename(folder);
  await assertNotOlder(source, stack, head, (await readApplied(source, environment)).get(stack) ?? {});
  await assertFresh(folder, graph);
  assertPolicies(folder, opened);
  const record = (outcome: string) =>
    recordApplied(source, environment, { stack, commit: head, graph: outcome });
  const applied = await apply(opened, options).catch(async (error: unknown) => {
    // A failure before the engine has begun leaves nothing to go on with.
    if (!(error instanceof StackError && NOTHING_DONE.has(error.code))) await record('failed');
    throw error;
  });
  await record(graphHash(graph));
  const words = Object.entries(applied.changes).map(([word, count]) => `${count} ${word}`);
  const twice = applied.interrupted.map(
    (urn) =>
      `An earlier update was killed while it made ${urn}: look in the cloud whether it is there twice.`,
  );
  print(options.json, { folder, stack, ...applied }, () =>
    [`${folder} is applied: ${words.join(', ')}`, ...twice].join('\n'),
  );
}

const NOTHING_DONE: ReadonlySet<string> = new Set(['no-engine', 'invalid', 'refused', 'locked', 'auth']);

async function apply({ project }: OpenStack, { json }: StackOptions) {
  const { program } = await loadProgram(project);
  const engine = await openEngine({
    project,
    program,
    backend: backendFor(project.stack, process.env),
    onLine: (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`),
  });
  try {
    return await engine.up();
  } finally {
    await engine.close();
  }
}

function assertPolicies(folder: string, { policies, graph }: OpenStack): void {
  const violated = evaluate(policies, graph).filter(({ state }) => state === 'violated');
  if (violated.length === 0) return;
  const names = violated.map(({ policy }) => policy).join(', ');
  throw new StackError('refused', `${folder} breaks ${names}. See: npx slipway stack policy ${folder}`, {
    value: names,
  });
}

function wrongEnvironment(folder: string, own: string, asked: string | undefined): StackError {
  return new StackError(
    'refused',
    `${folder} is a stack of ${own} and is applied by naming it: --env ${own}${asked === undefined ? '' : `, not ${asked}`}.`,
    { value: asked },
  );
}
