import * as Type from 'typebox';
import type { Credentials, CredentialStore } from './docker-credentials.ts';
import { collect } from '../disk/read-chunks.ts';
import { readJson } from '../json/validate.ts';
import { ImageError } from '../error.ts';
import { assertRedirect, assertRealm } from './addresses.ts';
import { parseChallenge, type Challenge } from './challenge.ts';
import { answerError, redirectStatuses } from './answer-error.ts';
import type { Answer, Request, Transport } from './transport.ts';

const redirectLimit = 5;
const tokenLimit = 1024 * 1024;

const TokenSchema = Type.Object({
  token: Type.Optional(Type.String()),
  access_token: Type.Optional(Type.String()),
});

interface SessionOptions {
  transport: Transport;
  /** Scheme, host and port of the registry that the user named. */
  registry: URL;
  /** The host as given by the user; credentials are looked up by it. */
  host: string;
  /** Scopes of the token: `repository:<path>:pull,push`. Main scope first: some services read only one. */
  scopes: readonly string[];
  credentials: CredentialStore;
}

/** Sends requests to one registry: signs in on demand, follows redirects, protects credentials. */
export interface Session {
  send(request: Request, signal: AbortSignal): Promise<Answer>;
}

/** Opens a session. `Authorization` is sent only to the registry's own scheme, host and port. */
export function openSession(options: SessionOptions): Session {
  const { transport, registry } = options;
  let authorization: string | undefined;
  let signingIn: Promise<string | undefined> | undefined;

  const isRegistry = (url: URL) => url.origin === registry.origin;

  function dispatch(request: Request, signal: AbortSignal): Promise<Answer> {
    if (!isRegistry(request.url)) return transport.send({ ...request, foreign: isGuarded(registry) }, signal);
    const headers = { ...request.headers, ...(authorization ? { authorization } : {}) };
    return transport.send({ ...request, headers }, signal);
  }

  /** When a token expires, several requests are refused at once; one of them fetches a token for all. */
  async function signIn(answer: Answer, used: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (used !== authorization) return true;
    const challenge = parseChallenge(answer.headers['www-authenticate']);
    signingIn ??= authorize(options, challenge, signal).finally(() => (signingIn = undefined));
    const next = await signingIn;
    const changed = next !== undefined && next !== used;
    authorization = next ?? authorization;
    return changed;
  }

  async function authorized(request: Request, signal: AbortSignal): Promise<Answer> {
    const used = authorization;
    const answer = await dispatch(request, signal);
    if (answer.status !== 401 || !isRegistry(request.url)) return answer;
    answer.body.resume();
    if (await signIn(answer, used, signal)) return dispatch(request, signal);
    throw await answerError(request, answer);
  }

  async function send(request: Request, signal: AbortSignal): Promise<Answer> {
    if (!isRegistry(request.url)) assertRedirect(registry, request.url);
    let url = request.url;
    for (let hops = 0; hops <= redirectLimit; hops++) {
      const answer = await authorized({ ...request, url }, signal);
      const next = redirectStatuses.has(answer.status) ? answer.headers.location : undefined;
      if (next === undefined) return answer;
      answer.body.resume();
      url = resolveRedirect(url, next);
      assertRedirect(registry, url);
    }
    throw new ImageError('registry-refused', `${registry.host} redirects more than ${redirectLimit} times`, {
      value: registry.host,
    });
  }

  return { send };
}

/** Resolves a `Location`, which may be relative. @throws ImageError `registry-refused` */
export function resolveRedirect(from: URL, location: string): URL {
  if (URL.canParse(location, from.href)) return new URL(location, from.href);
  throw new ImageError('registry-refused', `${from.host} answered with a Location that is not a URL`, {
    value: from.host,
  });
}

/** False for plain http, because a registry on this machine may redirect to this machine. */
function isGuarded(registry: URL): boolean {
  return registry.protocol === 'https:';
}

async function authorize(
  options: SessionOptions,
  challenge: Challenge | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!challenge) return undefined;
  const credentials = await options.credentials(options.host);
  if (challenge.scheme === 'bearer')
    return `Bearer ${await fetchToken(options, challenge, credentials, signal)}`;
  return credentials?.kind === 'password' ? basic(credentials) : undefined;
}

async function fetchToken(
  options: SessionOptions,
  challenge: Extract<Challenge, { scheme: 'bearer' }>,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<string> {
  const realm = resolveRedirect(options.registry, challenge.realm);
  assertRealm(options.registry, realm);
  const request = tokenRequest(realm, options.scopes, challenge.service, credentials);
  const foreign = realm.origin !== options.registry.origin && isGuarded(options.registry);
  const answer = await options.transport.send({ ...request, foreign }, signal);
  // Redirects are not followed, because the next host has not been checked.
  if (answer.status !== 200) throw await answerError({ ...request, url: realm }, answer);
  const place = `the token of ${realm.host}`;
  const tooLarge = () => new ImageError('registry-refused', `${place} is larger than ${tokenLimit} bytes`);
  const bytes = await collect(answer.body, tokenLimit, tooLarge);
  const { token, access_token } = readJson(TokenSchema, bytes, place);
  const found = token ?? access_token;
  if (found && /^[\x21-\x7e]+$/.test(found)) return found;
  throw new ImageError('registry-refused', `${place} is empty or cannot be used`, { value: realm.host });
}

/** GET with a password or anonymous, POST with a refresh token (distribution's token and OAuth 2 specs). */
function tokenRequest(
  realm: URL,
  scopes: readonly string[],
  service: string | undefined,
  credentials: Credentials | undefined,
): Request {
  const query = new URLSearchParams(service ? { service } : {});
  if (credentials?.kind === 'refresh') {
    query.set('scope', scopes.join(' '));
    query.set('grant_type', 'refresh_token');
    query.set('client_id', 'slipway-image');
    query.set('refresh_token', credentials.token);
    const form = Buffer.from(query.toString());
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: realm, headers, body: form };
  }
  const url = new URL(realm);
  url.searchParams.delete('scope');
  for (const scope of scopes) url.searchParams.append('scope', scope);
  for (const [key, value] of query) url.searchParams.set(key, value);
  return { method: 'GET', url, headers: credentials ? { authorization: basic(credentials) } : {} };
}

function basic({ user, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
