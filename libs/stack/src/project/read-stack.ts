import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { StackError } from '../error.ts';
import type { Lookups } from '../graph/lookup.ts';
import { readConfig } from './read-config.ts';

/** A folder with a Pulumi program and the configuration of its only stack. */
export interface StackProject {
  folder: string;
  /** The project name, from `Pulumi.yaml`. */
  project: string;
  /** The stack name, from `Pulumi.<stack>.yaml`. It is the name of the environment. */
  stack: string;
  config: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. Encrypted values are placeholders. */
  secretKeys: readonly string[];
  lookups: Lookups;
  /** The program's module, relative to the folder. @default `index.ts` */
  main: string;
}

/** The file with recorded answers to the program's lookups. */
const LOOKUPS = 'lookups.json';

/**
 * Reads a stack's folder.
 *
 * @throws {StackError} `usage` if the folder is not a stack, `invalid` if a file breaks its rules
 */
export async function readStack(folder: string): Promise<StackProject> {
  const settings = await readYaml(join(folder, 'Pulumi.yaml'));
  if (settings === undefined) {
    throw new StackError(
      'usage',
      `${folder} is not a stack: ${join(folder, 'Pulumi.yaml')} does not exist.`,
      {
        value: folder,
      },
    );
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
      `${file} must contain a JSON object of answers (objects) by function token.`,
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
        `A folder must have exactly one Pulumi.<environment>.yaml, because a program belongs to one environment.`,
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
  if (!isMap(read)) throw new StackError('invalid', `${file} must contain a map of keys.`, { value: read });
  return read;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
