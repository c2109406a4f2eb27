import { addressOf, type Address, type Direction } from './address.ts';
import type { Settings } from './settings.ts';
import { redact } from '../text/redact.ts';

/** A setting of Git. */
type Setting = readonly [key: string, value: string];

/** What git calls the remote inside a throw-away repository: its address is never an argument. */
export const REMOTE = 'slipway';

/** How to reach a remote: variables for git's environment, where other users cannot see them. */
export interface Connection {
  /** For messages: the remote's name or address, without secrets. */
  readonly name: string;
  /** Where pushes go: two remotes with one of these are one. Without secrets. */
  readonly url: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Settings that a connection or a signature needs. All others, of user, machine and checkout, are left behind. */
const CARRIED =
  /^(http|protocol|gpg)\.|^credential\.(?!.*helper$)|^ssh\.variant$|^core\.(sshcommand|gitproxy|askpass)$/;

/** Helpers are asked for a credential; what they keep is not ours to store or to erase. */
const HELPER = /^credential\.(.+\.)?helper$/;

/** A transfer that is slower than 1 KiB/s for 30 s is stalled; a user's own limits count more. */
const PATIENCE = [
  ['http.lowSpeedLimit', '1024'],
  ['http.lowSpeedTime', '30'],
] as const;

/**
 * How to reach a remote of a checkout, or an address.
 *
 * @returns undefined for a name that no remote has
 */
export function connectionTo(settings: Settings, remote: string): Connection | undefined {
  const fetch = addressOf(settings, remote, 'fetch');
  const push = addressOf(settings, remote, 'push');
  if (fetch === undefined || push === undefined) return undefined;
  const given = [accessOf(fetch, 'fetch'), accessOf(push, 'push')];
  const config: Setting[] = [
    ...PATIENCE,
    ...settings.matching(CARRIED),
    // These two run a program or read a descriptor that an address names.
    ['protocol.ext.allow', 'never'],
    ['protocol.fd.allow', 'never'],
    ['credential.helper', ''], // forgets those of the configuration files, where git reads them too
    ...settings.matching(HELPER).map(([key, helper]) => [key, onlyAsked(helper)] satisfies Setting),
    ...given.flatMap(({ config }) => config),
    [`remote.${REMOTE}.url`, fetch.url],
    [`remote.${REMOTE}.pushurl`, push.url],
    // They are rewritten already; the longest rule wins, and these are the longest.
    [`url.${fetch.url}.insteadof`, fetch.url],
    [`url.${push.url}.insteadof`, push.url],
    ...serversOf(settings, remote),
  ];
  return {
    name: redact(remote),
    url: push.url,
    env: { ...asVariables(config), ...given[0]?.env, ...given[1]?.env },
  };
}

/** Settings as the variables that git reads them from. */
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

/** What was secret in an address, handed to git by a helper that reads it from the environment. */
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

/** As git itself starts a helper, but deaf to `store` and `erase`. An empty one clears the list, and stays. */
function onlyAsked(helper: string): string {
  if (helper === '') return helper;
  const isPath = /^([A-Za-z]:)?[\\/]/.test(helper);
  const command = helper.startsWith('!') ? helper.slice(1) : isPath ? helper : `git credential-${helper}`;
  return `!f() { test "$1" != get || ${command} "$@"; }; f`;
}
