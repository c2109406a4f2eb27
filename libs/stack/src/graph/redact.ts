import { StackError } from '../error.ts';
import type { Registration } from './recorder.ts';

/** Shorter secrets are not searched for: ordinary text would contain them by chance. */
const SHORTEST = 6;

const MASK = '[secret]';

/** Replaces every secret in a text with a mask. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length > 0)
    .toSorted((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, MASK), text);
}

/**
 * Asserts that resources and outputs contain no secret in plain text. A program leaks a secret by unwrapping
 * it.
 *
 * @param registrations the registered resources, already masked
 * @throws {StackError} `leak`, with the resource and property, never the value
 */
export function assertNoLeak(
  registrations: Iterable<Registration>,
  outputs: object,
  secrets: readonly string[],
): void {
  const searched = secrets.filter((secret) => secret.length >= SHORTEST);
  const leaks = (value: unknown) => searched.some((secret) => contains(JSON.stringify(value), secret));
  for (const { resource } of registrations) {
    const property = Object.keys(resource.inputs).find((key) => leaks(resource.inputs[key]));
    if (property !== undefined || leaks(resource.name)) {
      throw leak(`${resource.type} ${redact(resource.name, secrets)}, property ${property ?? '(its name)'}`);
    }
  }
  const output = Object.entries(outputs).find(([, value]) => leaks(value));
  if (output) throw leak(`the stack's output ${output[0]}`);
}

/** Whether a text contains a secret in plain form, JSON-escaped or in base64. */
function contains(text: string, secret: string): boolean {
  const written = JSON.stringify(secret).slice(1, -1);
  return [secret, written, Buffer.from(secret).toString('base64').replace(/=+$/, '')].some((form) =>
    text.includes(form),
  );
}

function leak(place: string): StackError {
  return new StackError(
    'leak',
    `A secret is in plain text in ${place}. Keep it an Output (use apply or interpolate), or wrap it with pulumi.secret.`,
    { value: place },
  );
}
