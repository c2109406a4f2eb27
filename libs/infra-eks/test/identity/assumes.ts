import type { Value } from '@slipway/stack';

/** The claims of an OIDC token that AWS can check. */
export interface Claims {
  iss: string;
  aud: string;
  sub: string;
}

const ISSUER = 'https://token.actions.githubusercontent.com';

interface Statement {
  Effect: string;
  Action: string | string[];
  Principal?: { Federated?: string };
  Condition?: Record<string, Record<string, string | string[]>>;
}

/**
 * Whether a trust policy allows the holder of a token to assume its role, by the rules of IAM: a statement
 * allows it, none denies it, all conditions hold, and operators compare as IAM documents them. An unknown
 * operator is an error.
 */
export function assumes(policy: Value | undefined, claims: Claims): boolean {
  const { Statement } = policy as unknown as { Statement: Statement[] };
  const applies = (statement: Statement) =>
    [statement.Action].flat().includes('sts:AssumeRoleWithWebIdentity') &&
    statement.Principal?.Federated !== undefined &&
    claims.iss === ISSUER && // the provider's URL is the issuer; AWS refuses tokens of other issuers
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) => holds(operator, keys, claims));
  const found = Statement.filter(applies);
  return found.some(({ Effect }) => Effect === 'Allow') && !found.some(({ Effect }) => Effect === 'Deny');
}

function holds(operator: string, keys: Record<string, string | string[]>, claims: Claims): boolean {
  const compare = {
    StringEquals: (wanted: string, value: string) => wanted === value,
    StringLike: (wanted: string, value: string) => like(wanted).test(value),
  }[operator];
  if (compare === undefined) throw new Error(`The matcher does not know the operator ${operator}.`);
  return Object.entries(keys).every(([key, wanted]) => {
    const claim = key.replace('token.actions.githubusercontent.com:', '') as keyof Claims;
    const value = claims[claim];
    return value !== undefined && [wanted].flat().some((one) => compare(one, value));
  });
}

function like(pattern: string): RegExp {
  const parts = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`, 's');
}
