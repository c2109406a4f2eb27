import { randomUUID } from 'node:crypto';
import type { CredentialStore } from './docker-credentials.ts';
import { digestOf } from '../oci/digest.ts';
import { canonicalJson } from '../json/canonical.ts';

/**
 * A key for an account at a registry that does not reveal secrets: equal for equal credentials at the same
 * address. Unique if the credentials cannot be read.
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

/** Caches credentials per host, because starting a credential helper takes time. */
export function cacheCredentials(credentials: CredentialStore): CredentialStore {
  const answers = new Map<string, ReturnType<CredentialStore>>();
  return (host) => {
    const answer = answers.get(host) ?? credentials(host);
    answers.set(host, answer);
    return answer;
  };
}
