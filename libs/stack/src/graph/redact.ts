import { StackError } from '../error.ts';
import type { Registration } from './recorder.ts';

/** Shorter secrets are not searched for: they would be found by chance in ordinary words. */
const SHORTEST = 6;

const MASK = '[secret]';

/** Text without any of the secrets in it. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length > 0)
    .toSorted((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, MASK), text);
}

/**
 * Asserts that no secret stands in clear in what would be written: the program unwrapped it on the way.
 *
 * @param registrations what was registered, already masked
 * @throws {StackError} `leak`, naming resource and property, never the value
 */
export function assertNoLeak(
  registrations: Iterable<Registration>,
  outputs: object,
  secrets: readonly string[],
): void {
  const searched = secrets.filter((secret) => secret.length >= SHORTEST);
  const leaks = (value: unknown) => searched.some((secret) => holds(JSON.stringify(value), secret));
  for (const { resource } of registrations) {
    const property = Object.keys(resource.inputs).find((key) => leaks(resource.inputs[key]));
    if (property !== undefined || leaks(resource.name)) {
      throw leak(`${resource.type} ${redact(resource.name, secrets)}, property ${property ?? '(its name)'}`);
    }
  }
  const output = Object.entries(outputs).find(([, value]) => leaks(value));
  if (output) throw leak(`the stack's output ${output[0]}`);
}

/** Looks for a secret as it is, as JSON writes it, and in base64. */
function holds(text: string, secret: string): boolean {
  const written = JSON.stringify(secret).slice(1, -1);
  return [secret, written, Buffer.from(secret).toString('base64').replace(/=+$/, '')].some((form) =>
    text.includes(form),
  );
}

function leak(place: string): StackError {
  return new StackError(
    'leak',
    `A secret stands in clear in ${place}. Keep it an Output all the way (apply, interpolate), or wrap it with pulumi.secret.`,
    { value: place },
  );
}
