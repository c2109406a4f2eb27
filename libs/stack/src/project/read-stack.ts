import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { StackError } from '../error.ts';
import type { Lookups } from '../graph/lookup.ts';
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
    throw new StackError(
      'invalid',
      `${join(folder, 'Pulumi.yaml')}: name and main must be text. Write the stack's name, as in "name: cluster".`,
      { value: typeof name === 'string' ? main : name },
    );
  }
  const stack = await onlyStack(folder);
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const { config, secretKeys } = readConfig((await readYaml(file)) ?? {}, file);
  const lookups = await readLookups(join(folder, LOOKUPS));
  return { folder, project: name, stack, config, secretKeys, lookups, main };
}

async function readLookups(file: string): Promise<Lookups> {
  const found = await text(file);
  if (found === undefined) return {};
  let lookups: unknown;
  try {
    lookups = JSON.parse(found);
  } catch (cause) {
    throw new StackError('invalid', `${file} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isMap(lookups) || !Object.values(lookups).every(isMap)) {
    throw new StackError(
      'invalid',
      `${file} must hold an object: by the token of each question, its answer.`,
      {
        value: lookups,
      },
    );
  }
  return lookups as Lookups;
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
  let read: unknown;
  try {
    read = parse(found) ?? {};
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0]?.replace(/:$/, '.');
    throw new StackError('invalid', `${file} is not valid YAML: ${why}`, { cause });
  }
  if (!isMap(read)) throw new StackError('invalid', `${file} must hold a map of keys.`, { value: read });
  return read;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
