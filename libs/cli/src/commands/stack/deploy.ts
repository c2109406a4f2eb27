import { basename } from 'node:path';
import { assertMayApply, assertReleasable, bumpTable, readEnvironment, stackProject } from '@slipway/gitops';
import {
  assertFresh,
  evaluate,
  graphHash,
  loadProgram,
  openEngine,
  StackError,
  type Applied,
  type Engine,
  type Program,
} from '@slipway/stack';
import { exitCodeOfOutcomes, explain } from '../exit-code.ts';
import { print } from '../print.ts';
import { ApplyRecord } from './apply-record.ts';
import { backendFor } from './backend.ts';
import { openStack, type OpenStack, type StackOptions } from './open-stack.ts';

/** Applies a stack to its own environment, independent of available credentials, and records the result. */
export async function deploy(folder: string, options: StackOptions & { env?: string }): Promise<void> {
  const opened = await openStack(folder, options);
  const { root, checkout, project, graph } = opened;
  if (options.env !== project.stack) throw wrongEnvironment(folder, project.stack, options.env);
  const environment = await readEnvironment(root, project.stack);
  const { head } = await assertReleasable(checkout, environment);
  const app = stackProject(project.stack, basename(folder));
  await assertMayApply(checkout, environment, app);
  await assertFresh(folder, graph);
  assertPolicies(folder, opened);

  const record = new ApplyRecord(opened, { app, environment, head });
  const begin = async (engine: Engine) => {
    await assertMayApply(checkout, environment, app, await engine.lastCommit());
    await record.begin();
  };
  const applied = await apply(opened, options, head, begin).catch(async (error: unknown) => {
    await record
      .failed()
      .then((bumped) => bumped && process.stderr.write(`${bumpTable(environment, bumped)}\n`))
      .catch((second: unknown) => process.stderr.write(`${explain(second)}\n`));
    throw error;
  });
  const bumped = await record.applied(graphHash(graph));
  const result = { folder, stack: app, ...applied, ...(bumped && { bump: bumped }) };
  print(options.json, result, () =>
    [...describe(folder, applied), ...(bumped ? [bumpTable(environment, bumped)] : [])].join('\n'),
  );
  if (bumped) process.exitCode = exitCodeOfOutcomes(bumped.outcomes);
}

/** @param begin called when the engine has locked the stack and changed nothing; its errors are rethrown */
async function apply(
  { project }: OpenStack,
  { json }: StackOptions,
  commit: string,
  begin: (engine: Engine) => Promise<void>,
): Promise<Applied> {
  const { program } = await loadProgram(project);
  let refusal: unknown;
  const guarded: Program = async () => {
    await begin(engine).catch((error: unknown) => {
      refusal = error;
      throw error;
    });
    return program();
  };
  const engine = await openEngine({
    project,
    program: guarded,
    backend: backendFor(project.stack, process.env),
    onLine: (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`),
  });
  try {
    return await engine.up(commit);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    await engine.close();
  }
}

function describe(folder: string, { changes, interrupted }: Applied): string[] {
  const counts = Object.entries(changes).map(([action, count]) => `${count} ${action}`);
  return [
    `${folder} is applied: ${counts.join(', ')}`,
    ...interrupted.map(
      (urn) =>
        `An earlier update was killed while it created ${urn}: check in the cloud whether it exists twice.`,
    ),
  ];
}

function assertPolicies(folder: string, { policies, graph }: OpenStack): void {
  const violated = evaluate(policies, graph).filter(({ state }) => state === 'violated');
  if (violated.length === 0) return;
  const names = violated.map(({ policy }) => policy).join(', ');
  throw new StackError('refused', `${folder} violates ${names}. See: npx slipway stack policy ${folder}`, {
    value: names,
  });
}

function wrongEnvironment(folder: string, own: string, asked: string | undefined): StackError {
  return new StackError(
    'refused',
    `${folder} is a stack of ${own}. To apply it, use --env ${own}${asked === undefined ? '' : `, not ${asked}`}.`,
    { value: asked },
  );
}
