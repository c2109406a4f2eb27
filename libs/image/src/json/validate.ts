import type { Static, TSchema } from 'typebox';
import { Check, Errors } from 'typebox/schema';
import { ImageError } from '../error.ts';

/** Larger documents are an attack or a mistake (distribution-spec: registries accept at least 4 MB). */
export const jsonLimit = 8 * 1024 * 1024;

/** Nesting levels: documents of images have fewer than ten, and a parser needs a hundred bytes per level. */
const depthLimit = 100;

/** Reads JSON and checks it against a schema. Reports all problems in one error, each with its path. */
export function readJson<S extends TSchema>(schema: S, bytes: Uint8Array | string, place: string): Static<S> {
  if (bytes.length > jsonLimit) {
    throw new ImageError('document-invalid', `${place} is larger than ${jsonLimit} bytes`, {
      value: place,
    });
  }
  const buffer = Buffer.from(bytes);
  if (depthOf(buffer) > depthLimit) {
    throw new ImageError('document-invalid', `${place} is nested deeper than ${depthLimit} levels`, {
      value: place,
    });
  }
  return validate(schema, parseJson(buffer.toString('utf8'), place), place);
}

/** The nesting depth of JSON, without parsing it. Stops counting above the limit. */
function depthOf(json: Buffer): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < json.length && deepest <= depthLimit; at++) {
    const byte = String.fromCharCode(json[at] as number);
    if (quoted) {
      if (byte === '\\') at++;
      else if (byte === '"') quoted = false;
    } else if (byte === '"') quoted = true;
    else if (byte === '[' || byte === '{') deepest = Math.max(deepest, ++depth);
    else if (byte === ']' || byte === '}') depth--;
  }
  return deepest;
}

/** Checks an object that was parsed elsewhere. */
export function validate<S extends TSchema>(schema: S, value: unknown, place: string): Static<S> {
  if (Check(schema, value)) return value;
  const problems = Errors(schema, value)[1]
    .filter((problem) => problem.keyword !== 'boolean')
    .map((problem) => {
      const further = problem.keyword === 'additionalProperties' ? problem.params.additionalProperties : [];
      const names = further.length > 0 ? `: ${further.join(', ')}` : '';
      return `${problem.instancePath || '/'} ${problem.message}${names}${offending(value, problem.instancePath)}`;
    });
  throw new ImageError('document-invalid', `${place} is not valid: ${problems.join('; ')}`, {
    value: place,
  });
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ImageError('document-invalid', `${place} is not a JSON document`, { value: place, cause });
  }
}

function offending(value: unknown, path: string): string {
  const found = path
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
  return typeof found === 'object' || found === undefined
    ? ''
    : ` (found ${JSON.stringify(found).slice(0, 120)})`;
}
