import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StackError } from '../error.ts';
import type { Graph } from '../graph/graph.ts';
import { synth, type Program } from '../graph/synth.ts';
import type { Policy } from '../policy/policy.ts';
import type { StackProject } from './read-stack.ts';

/** What a stack's module holds. */
export interface StackModule {
  program: Program;
  /** What must hold for its graph; its export `policies`. */
  policies: readonly Policy[];
}

/**
 * Imports a stack's program.
 *
 * @throws {StackError} `invalid` when there is none, `program` when the module throws, or exports no function by default
 */
export async function loadProgram({
  folder,
  main,
}: Pick<StackProject, 'folder' | 'main'>): Promise<StackModule> {
  const file = join(folder, main);
  if (!existsSync(file)) {
    throw new StackError(
      'invalid',
      `There is no ${file}, which is what main in ${join(folder, 'Pulumi.yaml')} names.`,
      {
        value: main,
      },
    );
  }
  const module = (await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new StackError(
      'program',
      `${file} cannot be imported: ${(cause as Error).message.split('\n')[0]}. Resources are made by the function that it exports by default, not while it is imported.`,
      { value: file, cause },
    );
  })) as { default?: unknown; policies?: readonly Policy[] };
  if (typeof module.default !== 'function') {
    throw new StackError(
      'program',
      `${file} must export a function by default, which makes the resources and returns the outputs: ` +
        `a module that makes them while it is imported makes none the second time.`,
      { value: file },
    );
  }
  return { program: module.default as Program, policies: module.policies ?? [] };
}

/**
 * The graph of a stack's folder.
 *
 * @param timeout how long the program may take, in seconds. @default 60
 * @throws {StackError} what {@link readStack}, {@link loadProgram} and {@link synth} throw
 */
export async function synthStack(project: StackProject, timeout?: number): Promise<Graph> {
  const { program } = await loadProgram(project);
  return synth(program, { ...project, ...(timeout !== undefined && { timeout }) });
}
