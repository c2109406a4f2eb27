import { ValuesError } from './error.ts';
import { formatPath, type Path } from './path.ts';

/** What a scalar can be set to. */
export type Value = string | number | boolean;

/**
 * The value that will be written and read back, also from callers without types: -0 becomes 0, whose sign not every
 * reader keeps.
 * @throws ValuesError `non-finite-number`, `bad-value`
 */
export function writableValue(value: Value, path: Path): Value {
  if (typeof value === 'boolean' || (typeof value === 'string' && value.isWellFormed())) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  const where = { path: formatPath(path), value };
  if (typeof value === 'number')
    throw new ValuesError({
      ...where,
      code: 'non-finite-number',
      problem: `${value} is no number that every reader knows`,
      remedy: 'Use a finite number, or a string.',
    });
  throw new ValuesError({
    ...where,
    code: 'bad-value',
    problem:
      typeof value === 'string' ? 'half of a surrogate pair is no text' : `a value cannot be ${typeof value}`,
    remedy: 'Use a string of whole characters, a finite number or a boolean.',
  });
}
