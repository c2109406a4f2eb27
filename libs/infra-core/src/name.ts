import { InfraError } from './error.ts';

/** The shortest limit among what is named: an S3 bucket and a Linode label both end at 63. */
const LONGEST = 63;

/**
 * The name of something in a cloud: environment first, so that a list sorts by it and policies can match its prefix.
 *
 * @param parts what it is, from the general to the special
 * @throws {InfraError} `invalid` for a part that clouds would refuse, or a name of more than 63 letters
 */
export function nameFor(environment: string, ...parts: readonly string[]): string {
  const all = [environment, ...parts];
  const bad = all.find((part) => !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part));
  if (bad !== undefined) {
    throw new InfraError(
      'invalid',
      `"${bad}" cannot be part of a name: use lower-case letters, digits and single dashes, a letter first.`,
      { value: bad },
    );
  }
  const name = all.join('-');
  if (name.length > LONGEST) {
    throw new InfraError(
      'invalid',
      `"${name}" has ${name.length} letters; names end at ${LONGEST}. Shorten a part.`,
      {
        value: name,
      },
    );
  }
  return name;
}
