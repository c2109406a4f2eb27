import { randomUUID } from 'node:crypto';
import type { CredentialStore } from '../registry/docker-credentials.ts';
import { digestOf } from '../oci/digest.ts';
import { canonicalJson } from '../json/canonical.ts';

/**
 * Names who we are at a registry, without saying a secret: equal for equal credentials at the same address. Where
 * credentials cannot be read nobody else has the same name.
 */
export async function accountKey(
  origin: string,
  host: string,
  credentials: CredentialStore,
): Promise<string> {
  try {
    return `${origin} ${digestOf(canonicalJson((await credentials(host)) ?? {}))}`;
  } catch {
    return `${origin} ${randomUUID()}`;
  }
}

/** Asks a store once for each host: a credential helper is a program, and starting it takes time. */
export function askCredentialsOnce(credentials: CredentialStore): CredentialStore {
  const answers = new Map<string, ReturnType<CredentialStore>>();
  return (host) => {
    const answer = answers.get(host) ?? credentials(host);
    answers.set(host, answer);
    return answer;
  };
}
