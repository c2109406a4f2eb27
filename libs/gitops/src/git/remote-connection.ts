import { addressOf, type Address, type Direction } from './remote-address.ts';
import type { Settings } from './git-settings.ts';
import { redact } from '../text/redact.ts';

/** A setting of Git. */
type Setting = readonly [key: string, value: string];

/** The name of the remote in a temporary repository: so its address is never an argument. */
export const REMOTE = 'slipway';

/** How to connect to a remote: variables for git's environment, which other users cannot read. */
export interface Connection {
  /** The remote's name or address for messages, without secrets. */
  readonly name: string;
  /** The address for pushes, without secrets. It identifies the remote. */
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The settings that a connection or a signature needs. All other settings are ignored. */
const CARRIED =
  /^(http|protocol|gpg)\.|^credential\.(?!.*helper$)|^ssh\.variant$|^core\.(sshcommand|gitproxy|askpass)$/;

/** Credential helpers are only read: Slipway neither stores nor erases credentials. */
const HELPER = /^credential\.(.+\.)?helper$/;

/** A transfer slower than 1 KiB/s for 30 s is stalled. The user's own limits take precedence. */
const PATIENCE = [
  ['http.lowSpeedLimit', '1024'],
  ['http.lowSpeedTime', '30'],
] as const;

/**
 * How to connect to a remote of a checkout, or to an address.
 *
 * @returns undefined if no remote has this name
 */
export function connectionTo(settings: Settings, remote: string): Connection | undefined {
  const fetch = addressOf(settings, remote, 'fetch');
  const push = addressOf(settings, remote, 'push');
  if (fetch === undefined || push === undefined) return undefined;
  const access = [accessOf(fetch, 'fetch'), accessOf(push, 'push')];
  const config: Setting[] = [
    ...PATIENCE,
    ...settings.matching(CARRIED),
    // With these two an address could run a program or read a file descriptor.
    ['protocol.ext.allow', 'never'],
    ['protocol.fd.allow', 'never'],
    ['credential.helper', ''], // clears the helpers that git reads from configuration files
    ...settings.matching(HELPER).map(([key, helper]) => [key, onlyGet(helper)] satisfies Setting),
    ...access.flatMap(({ config }) => config),
    [`remote.${REMOTE}.url`, fetch.url],
    [`remote.${REMOTE}.pushurl`, push.url],
    // Both are rewritten already. The longest rule wins, so these rules prevent another rewrite.
    [`url.${fetch.url}.insteadof`, fetch.url],
    [`url.${push.url}.insteadof`, push.url],
    ...serversOf(settings, remote),
  ];
  return {
    name: redact(remote),
    url: push.url,
    env: { ...asVariables(config), ...access[0]?.env, ...access[1]?.env },
  };
}

/** Settings as `GIT_CONFIG_*` variables. */
function asVariables(config: readonly Setting[]): Record<string, string> {
  return Object.fromEntries([
    ...config.flatMap(([key, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]),
    ['GIT_CONFIG_COUNT', String(config.length)],
  ]) as Record<string, string>;
}

function serversOf(settings: Settings, remote: string): Setting[] {
  const variables = ['proxy', 'proxyauthmethod', 'uploadpack', 'receivepack'];
  return variables.flatMap((variable) => {
    const value = settings.get(`remote.${remote}.${variable}`);
    return value === undefined ? [] : [[`remote.${REMOTE}.${variable}`, value]];
  });
}

/** The credentials of an address, passed to git by a helper that reads them from the environment. */
function accessOf(
  { url, username, password }: Address,
  direction: Direction,
): { config: Setting[]; env: Record<string, string> } {
  if (username === undefined) return { config: [], env: {} };
  const scope = `credential.${/^https?:\/\/[^/]+/i.exec(url)?.[0] ?? url}`;
  const name = direction.toUpperCase();
  if (password === undefined) return { config: [[`${scope}.username`, username]], env: {} };
  const [user, secret] = [`SLIPWAY_${name}_USERNAME`, `SLIPWAY_${name}_PASSWORD`];
  const script = `!f() { test "$1" != get || printf 'username=%s\\npassword=%s\\n' "$${user}" "$${secret}"; }; f`;
  return {
    config: [[`${scope}.helper`, script]],
    env: { [user]: username, [secret]: password },
  };
}

/** A helper as git starts it, but only for `get`. An empty helper clears the list and is kept. */
function onlyGet(helper: string): string {
  if (helper === '') return helper;
  const isPath = /^([A-Za-z]:)?[\\/]/.test(helper);
  const command = helper.startsWith('!') ? helper.slice(1) : isPath ? helper : `git credential-${helper}`;
  return `!f() { test "$1" != get || ${command} "$@"; }; f`;
}
