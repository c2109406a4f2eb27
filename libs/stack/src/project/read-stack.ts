import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { StackError } from '../error.ts';
import type { Graph } from '../graph/graph.ts';
import type { Lookups } from '../graph/lookup.ts';
import { synth, type Program } from '../graph/synth.ts';
import type { Policy } from '../policy/policy.ts';
import { readConfig } from './read-config.ts';

/** A folder with a Pulumi program and the configuration of the one stack that it is for. */
export interface StackProject {
  folder: string;
  /** The name in `Pulumi.yaml`. */
  project: string;
  /** The name in `Pulumi.<stack>.yaml`, which is the environment. */
  stack: string;
  config: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret; encrypted ones have a stand-in as their value. */
  secretKeys: readonly string[];
  lookups: Lookups;
  /** The program's module, from the folder. */
  main: string;
}

/** The answers that the program's lookups get while no cloud is asked. */
const LOOKUPS = 'lookups.json';

/**
 * Reads a stack's folder.
 *
 * @throws {StackError} `usage` for a folder that is no stack, `invalid` for files that break their rules
 */
export async function readStack(folder: string): Promise<StackProject> {
  const settings = await readYaml(join(folder, 'Pulumi.yaml'));
  if (settings === undefined) {
    throw new StackError('usage', `${folder} is no stack: there is no ${join(folder, 'Pulumi.yaml')}.`, {
      value: folder,
    });
  }
  const { name, main = 'index.ts' } = settings;
  if (typeof name !== 'string' || typeof main !== 'string') {
    throw new StackError('invalid', `${join(folder, 'Pulumi.yaml')}: name and main must be text.`, {
      value: name,
    });
  }
  const stack = await onlyStack(folder);
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const { config, secretKeys } = readConfig((await readYaml(file)) ?? {}, file);
  const lookups = JSON.parse((await text(join(folder, LOOKUPS))) ?? '{}') as Lookups;
  return { folder, project: name, stack, config, secretKeys, lookups, main };
}

async function onlyStack(folder: string): Promise<string> {
  const names = (await readdir(folder)).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []);
  if (names.length !== 1) {
    throw new StackError(
      'invalid',
      `${folder} is for ${names.length === 0 ? 'no stack' : `the stacks ${names.join(', ')}`}. ` +
        `A folder has one Pulumi.<environment>.yaml, so that no program can run as another environment by mistake.`,
      { value: names },
    );
  }
  return names[0] as string;
}

async function readYaml(file: string): Promise<Record<string, unknown> | undefined> {
  const found = await text(file);
  if (found === undefined) return undefined;
  try {
    return (parse(found) ?? {}) as Record<string, unknown>;
  } catch (cause) {
    const [why] = (cause as Error).message.split('\n');
    throw new StackError('invalid', `${file} is not valid YAML: ${why}`, { cause });
  }
}

function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** What a stack's module holds. */
export interface StackModule {
  program: Program;
  /** What must hold for its graph; its export `policies`. */
  policies: readonly Policy[];
}

/**
 * Imports a stack's program.
 *
 * @throws {StackError} `program` when the module throws, or exports no function by default
 */
export async function loadProgram({
  folder,
  main,
}: Pick<StackProject, 'folder' | 'main'>): Promise<StackModule> {
  const file = join(folder, main);
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
