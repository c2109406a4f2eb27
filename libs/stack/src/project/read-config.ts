import { StackError } from '../error.ts';

/**
 * Reads the configuration in a stack's file as the engine passes it to a program: text by key, structures as
 * JSON. Encrypted values become placeholders, because the key is not available; as secrets they are masked
 * anyway.
 *
 * @param place the name of the file, used in error messages
 * @throws {StackError} `invalid` if `config` is not a map or a key has no project
 */
export function readConfig(
  file: Readonly<Record<string, unknown>>,
  place: string,
): { config: Record<string, string>; secretKeys: string[] } {
  const given: unknown = file['config'] ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new StackError('invalid', `${place}: config must be a map of PROJECT:NAME to values.`, {
      value: given,
    });
  }
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (!/^[\w-]+:[\w.-]+$/.test(key)) {
      throw new StackError('invalid', `${place}: the key "${key}" must be PROJECT:NAME.`, { value: key });
    }
    if (hasSecret(value)) secretKeys.push(key);
    config[key] = isEncrypted(value) ? `[encrypted ${key}]` : asText(value);
  }
  return { config, secretKeys };
}

function asText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (_, inner) => (isEncrypted(inner) ? '[encrypted]' : inner));
}

function isEncrypted(value: unknown): value is { secure: string } {
  return typeof value === 'object' && value !== null && 'secure' in value;
}

function hasSecret(value: unknown): boolean {
  if (isEncrypted(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasSecret);
}
