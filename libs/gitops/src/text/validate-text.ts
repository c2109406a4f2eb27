import type { Static, TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { Check, Errors } from 'typebox/value';
import { parseDocument } from 'yaml';
import { GitopsError } from '../error.ts';

// TypeBox stops after eight problems by default; people need all of them.
Settings.Set({ maxErrors: 1_000 });

/**
 * Parses text and validates it against a schema. Reports all problems in one error, each with its path and value.
 *
 * @param place the name of the text in the error: a file, or `branch:file`.
 * @param remedy the remedy, if it is not to correct the file. @default none
 * @throws {GitopsError} `invalid`
 */
export function readYaml<S extends TSchema>(
  schema: S,
  text: string,
  place: string,
  remedy?: string,
): Static<S> {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax) {
    const [problem] = syntax.message.split(/:?\n/);
    throw new GitopsError('invalid', lines(`${place} is not valid YAML: ${problem}`, remedy), {
      cause: syntax,
    });
  }
  return check(schema, document.toJS({ maxAliasCount: 0 }), place, remedy);
}

/** As {@link readYaml}, for JSON text. */
export function readJson<S extends TSchema>(schema: S, text: string, place: string): Static<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GitopsError('invalid', `${place} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
  return check(schema, value, place);
}

function check<S extends TSchema>(schema: S, value: unknown, place: string, remedy?: string): Static<S> {
  if (Check(schema, value)) return value; // Errors() takes five times as long
  const problems = problemsOf(schema, value);
  if (problems.length > 0) {
    const message = lines(`${place} is not valid:`, ...problems.map((problem) => `  ${problem}`), remedy);
    throw new GitopsError('invalid', message, { value });
  }
  return value as Static<S>;
}

const lines = (...all: (string | undefined)[]): string => all.filter((line) => line !== undefined).join('\n');

function problemsOf(schema: TSchema, value: unknown): string[] {
  // An unknown key is reported twice: at the object and, more helpfully, at the key itself.
  const errors = Errors(schema, value).filter(({ keyword }) => keyword !== 'additionalProperties');
  const problems = errors
    .filter((error) => !isNoise(error, errors))
    .map((error) => {
      const path = error.instancePath.slice(1).replaceAll('/', '.') || '(whole file)';
      return `${path}: ${explain(error.keyword, error.params, error.message)}${got(at(value, error.instancePath))}`;
    });
  return [...new Set(problems)];
}

type Problem = ReturnType<typeof Errors>[number];

/** If a value fits no branch of a union, only the deepest error helps; the others repeat it. */
function isNoise(error: Problem, all: readonly Problem[]): boolean {
  const inside = (union: Problem, other: Problem) => other.schemaPath.startsWith(`${union.schemaPath}/anyOf`);
  const deeper = (union: Problem) =>
    all.some((other) => inside(union, other) && other.instancePath.length > union.instancePath.length);
  if (error.keyword === 'anyOf') return deeper(error);
  return all.some(
    (union) => union.keyword === 'anyOf' && inside(union, error) && error.instancePath === union.instancePath,
  );
}

function explain(keyword: string, params: object, message: string): string {
  if (keyword === 'boolean') return 'is not a known key';
  if ('allowedValues' in params) return `must be one of ${(params.allowedValues as string[]).join(', ')}`;
  if ('requiredProperties' in params) return `needs ${(params.requiredProperties as string[]).join(', ')}`;
  if ('pattern' in params) return `must match ${String(params.pattern)}`;
  return message;
}

function got(value: unknown): string {
  return value === null || typeof value !== 'object' ? `, got ${JSON.stringify(value) ?? 'nothing'}` : '';
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const key of pointer.split('/').slice(1)) here = (here as Record<string, unknown> | undefined)?.[key];
  return here;
}
