import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StackError } from '../error.ts';
import type { Graph } from '../graph/graph.ts';
import { synth, type Program } from '../graph/synth.ts';
import type { Policy } from '../policy/policy.ts';
import type { StackProject } from './read-stack.ts';

/** The exports of a stack's module. */
export interface StackModule {
  program: Program;
  /** The policies for its graph: the export `policies`. @default none */
  policies: readonly Policy[];
}

/**
 * Imports a stack's program.
 *
 * @throws {StackError} `invalid` if the file does not exist; `program` if it throws or has no function as
 * default export
 */
export async function loadProgram({
  folder,
  main,
}: Pick<StackProject, 'folder' | 'main'>): Promise<StackModule> {
  const file = join(folder, main);
  if (!existsSync(file)) {
    throw new StackError(
      'invalid',
      `${file} does not exist. Correct main in ${join(folder, 'Pulumi.yaml')}, which names this file.`,
      {
        value: main,
      },
    );
  }
  const module = (await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new StackError(
      'program',
      `${file} cannot be imported: ${(cause as Error).message.split('\n')[0]}. Create resources in the function that it exports by default, not while it is imported.`,
      { value: file, cause },
    );
  })) as { default?: unknown; policies?: readonly Policy[] };
  if (typeof module.default !== 'function') {
    throw new StackError(
      'program',
      `${file} must export a function by default that creates the resources and returns the outputs. ` +
        `A module that creates them while it is imported creates none the second time.`,
      { value: file },
    );
  }
  return { program: module.default as Program, policies: module.policies ?? [] };
}

/**
 * Makes the graph of a stack's program.
 *
 * @param timeout time limit for the program, in seconds. @default 60
 * @throws {StackError} see {@link loadProgram} and {@link synth}
 */
export async function synthStack(project: StackProject, timeout?: number): Promise<Graph> {
  const { program } = await loadProgram(project);
  return synth(program, { ...project, ...(timeout !== undefined && { timeout }) });
}
