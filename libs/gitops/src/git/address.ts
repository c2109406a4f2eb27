import type { Settings } from './settings.ts';

/** Where a remote is, with what is secret about it kept apart. */
export interface Address {
  /** Without user name and password where those may be secrets, that is, for http and https. */
  url: string;
  username?: string;
  password?: string;
}

/** Which way: the two may have different addresses. */
export type Direction = 'fetch' | 'push';

/**
 * The address that Git would use for a remote: the name of one, a URL or a folder, rewritten by `url.*.insteadOf`.
 *
 * @returns undefined for a name that no remote has
 */
export function addressOf(settings: Settings, remote: string, direction: Direction): Address | undefined {
  const urls = settings.all(`remote.${remote}.url`);
  const pushUrls = settings.all(`remote.${remote}.pushurl`);
  const named = urls[0] ?? (isAddress(remote) ? remote : undefined);
  if (named === undefined) return undefined;
  const fetched = rewrite(settings, named, 'insteadof');
  if (direction === 'fetch') return withoutSecrets(fetched);
  if (pushUrls[0] !== undefined) return withoutSecrets(rewrite(settings, pushUrls[0], 'insteadof'));
  const pushed = rewrite(settings, named, 'pushinsteadof');
  return withoutSecrets(pushed === named ? fetched : pushed);
}

/** Whether text can be no name of a remote: a folder, a URL, or as SSH writes it, `host:folder`. */
const isAddress = (text: string): boolean => text.includes('/') || /^([\w.+-]+@)?\w[\w.-]*:[^:]/.test(text);

/** Of several prefixes that fit, Git takes the longest. */
function rewrite(settings: Settings, url: string, variable: 'insteadof' | 'pushinsteadof'): string {
  const rules = settings
    .matching(/^url\./)
    .filter(([key, prefix]) => key.endsWith(`.${variable}`) && url.startsWith(prefix))
    .sort(([, one], [, other]) => other.length - one.length);
  const [rule] = rules;
  if (rule === undefined) return url;
  const [key, prefix] = rule;
  return key.slice('url.'.length, -variable.length - 1) + url.slice(prefix.length);
}

/** Takes user name and password out of an http address: Git would show them in the arguments of its processes. */
export function withoutSecrets(url: string): Address {
  const [, scheme, user, rest] = /^(https?:\/\/)([^/?#]*)@(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || user === undefined || rest === undefined) return { url };
  const [, username = '', password] = /^([^:]*)(?::(.*))?$/s.exec(user) ?? [];
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return {
    url: `${scheme}${rest}`,
    username: decode(username),
    ...(password !== undefined && { password: decode(password) }),
  };
}
