import Type from 'typebox';
import { readJson } from '../text/validate-text.ts';
import { GitopsError } from '../error.ts';
import { readApplication, readApplications, type Cause } from './application.ts';
import type { ArgoCd } from './argocd.ts';

/** The address and the token of Argo CD's API. */
export interface ArgoCdApiOptions {
  /**
   * `https://host[:port][/path]`; the default scheme is https. http is allowed only for loopback addresses.
   */
  server: string;
  /**
   * A token of an account or project role that may get applications.
   *
   * @default none, if Argo CD has no login
   */
  token?: string | undefined;
}

/** The timeout of one request, in milliseconds. */
const REQUEST_TIMEOUT = 10_000;

const Tree = Type.Object({
  nodes: Type.Optional(
    Type.Array(
      Type.Object({
        kind: Type.String(),
        name: Type.String(),
        health: Type.Optional(
          Type.Object({ status: Type.Optional(Type.String()), message: Type.Optional(Type.String()) }),
        ),
      }),
    ),
  ),
});

/**
 * Argo CD through its own API, for users without access to the cluster.
 *
 * @throws {GitopsError} `usage` for an invalid address, or one that would send the token unencrypted
 */
export function argoCdApi({ server, token }: ArgoCdApiOptions): ArgoCd {
  const address = addressOf(server);
  const ask = (path: string, signal?: AbortSignal) => request(address, path, token, signal);
  const of = (app: string) => `api/v1/applications/${encodeURIComponent(app)}`;
  return {
    name: `Argo CD at ${address.host}`,
    async application(app, signal) {
      const text = await ask(of(app), signal);
      return text === undefined ? undefined : readApplication(text, `Application ${app} at ${address.host}`);
    },
    async applications(signal) {
      const text = await ask('api/v1/applications', signal);
      return readApplications(text ?? '{"items":[]}', `the Applications at ${address.host}`);
    },
    async causes({ name }, signal): Promise<Cause[]> {
      const text = await ask(`${of(name)}/resource-tree`, signal);
      const { nodes = [] } = readJson(Tree, text ?? '{}', `the resources of ${name}`);
      const bad = nodes.filter(({ health }) => health?.message && health.status !== 'Healthy');
      return bad.map(({ kind, name, health }) => ({
        resource: `${kind}/${name}`,
        message: health?.message ?? '',
      }));
    },
  };
}

function addressOf(server: string): URL {
  const text = server.includes('://') ? server : `https://${server}`;
  const address = URL.canParse(text) ? new URL(text.endsWith('/') ? text : `${text}/`) : undefined;
  if (!address || !/^https?:$/.test(address.protocol) || address.username !== '') {
    throw new GitopsError(
      'usage',
      `"${server}" is not the address of an Argo CD. Write https://host[:port].`,
      {
        value: server,
      },
    );
  }
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname);
  if (address.protocol === 'http:' && !loopback) {
    throw new GitopsError(
      'usage',
      `${server} would send the token unencrypted. Use https, or forward a loopback port to it.`,
      {
        value: server,
      },
    );
  }
  return address;
}

/** @returns undefined if it does not exist */
async function request(address: URL, path: string, token: string | undefined, signal?: AbortSignal) {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT);
  const answer = await fetch(new URL(path, address), {
    headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    redirect: 'error', // a redirect could carry the token to another host
    signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
  })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((cause: unknown) => {
      throw new GitopsError('network', `Argo CD at ${address.host} cannot be reached: ${reasonOf(cause)}`, {
        cause,
      });
    });
  if (answer.status === 200) return answer.text;
  if (answer.status === 404) return undefined;
  const code = answer.status === 401 || answer.status === 403 ? 'auth' : 'network';
  const remedy = code === 'auth' ? '. Set ARGOCD_AUTH_TOKEN to a token that may get this application.' : '';
  throw new GitopsError(code, `Argo CD at ${address.host} answered ${answer.status}${remedy}`, {
    value: answer.status,
  });
}

const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return inner instanceof Error ? inner.message : String(inner);
};
