import { ValuesError } from './error.ts';
import { formatPath, type Path } from './path.ts';

/** A value that a scalar can be set to. */
export type Value = string | number | boolean;

/**
 * Checks a value, also from callers without types. -0 becomes 0, because not every reader keeps the sign.
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
      problem: `${value} is not a number that every reader accepts`,
      remedy: 'Use a finite number, or a string.',
    });
  throw new ValuesError({
    ...where,
    code: 'bad-value',
    problem:
      typeof value === 'string'
        ? 'the text contains half of a surrogate pair'
        : `a value cannot be ${typeof value}`,
    remedy: 'Use a string of whole characters, a finite number or a boolean.',
  });
}
