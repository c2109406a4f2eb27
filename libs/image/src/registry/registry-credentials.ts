import { dockerCredentials, type Credentials, type CredentialStore } from './docker-credentials.ts';
import { ecrRegion } from './ecr.ts';
import { ImageError } from '../error.ts';

/** A token in the format of the API of Amazon ECR. */
interface EcrToken {
  /** `AWS:<password>` in base64. */
  authorizationToken: string;
  expiresAt: Date;
}

/** Requests a token for a region from AWS. */
type FetchEcrToken = (region: string) => Promise<EcrToken>;

/** Tokens are renewed this long before they expire, so a started push can finish. Milliseconds. */
const marginMs = 5 * 60_000;

/**
 * The credentials of `docker login`. For Amazon ECR without such credentials: a token from the AWS
 * credentials of this environment (variables, profile, role of the machine or of the workflow).
 * @param fetchToken @default `@aws-sdk/client-ecr`, loaded only for hosts of ECR
 */
export function registryCredentials(
  env: NodeJS.ProcessEnv = process.env,
  fetchToken: FetchEcrToken = fetchEcrToken,
): CredentialStore {
  const [docker, tokens] = [dockerCredentials(env), new Map<string, Promise<EcrToken>>()];
  return async (host) => {
    const found = await docker(host);
    const region = ecrRegion(host);
    if (found || region === undefined) return found;
    const known = await tokens.get(region)?.catch(() => undefined);
    if (known && known.expiresAt.getTime() - marginMs > Date.now()) return fromToken(known, host);
    const asked = fetchToken(region);
    tokens.set(region, asked);
    return fromToken(
      await asked.catch((cause: unknown) => {
        throw failed(host, `AWS did not return a token (${(cause as Error).name})`, cause);
      }),
      host,
    );
  };
}

function fromToken({ authorizationToken }: EcrToken, host: string): Credentials {
  const [user, password] = Buffer.from(authorizationToken, 'base64').toString('utf8').split(/:(.*)/s);
  if (user && password) return { kind: 'password', user, password };
  throw failed(host, 'AWS returned a token that cannot be read');
}

async function fetchEcrToken(region: string): Promise<EcrToken> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr');
  const client = new ECRClient({ region });
  try {
    const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
    const { authorizationToken, expiresAt } = authorizationData?.[0] ?? {};
    if (!authorizationToken || !expiresAt) throw new Error('no token in the answer');
    return { authorizationToken, expiresAt };
  } finally {
    client.destroy();
  }
}

function failed(host: string, reason: string, cause?: unknown): ImageError {
  return new ImageError(
    'credentials-failed',
    `credentials for ${host}: ${reason}: give this environment AWS credentials with ecr:GetAuthorizationToken, or run "docker login"`,
    { value: host, cause },
  );
}
