import { InfraError } from './error.ts';

/** The strictest length limit: 63 characters, for S3 buckets and Linode labels. */
const LONGEST = 63;

/**
 * Makes the name of a cloud resource. The environment comes first: lists sort by it, and policies match it as
 * a prefix.
 *
 * @param parts the rest of the name, from general to specific
 * @throws {InfraError} `invalid` for a part that clouds would refuse, or a name of more than 63 characters
 */
export function nameFor(environment: string, ...parts: readonly string[]): string {
  const all = [environment, ...parts];
  const bad = all.find((part) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part));
  if (bad !== undefined) {
    throw new InfraError(
      'invalid',
      `"${bad}" cannot be part of a name: use lower-case letters, digits and single dashes; start with a letter.`,
      { value: bad },
    );
  }
  const name = all.join('-');
  if (name.length > LONGEST) {
    throw new InfraError(
      'invalid',
      `"${name}" has ${name.length} characters; the maximum is ${LONGEST}. Shorten a part.`,
      {
        value: name,
      },
    );
  }
  return name;
}
