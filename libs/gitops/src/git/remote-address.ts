import type { Settings } from './git-settings.ts';

/** The address of a remote, with its secrets in separate fields. */
export interface Address {
  /** For http and https without user name and password: they may be secrets. */
  url: string;
  username?: string;
  password?: string;
}

/** A remote may have different addresses for fetch and push. */
export type Direction = 'fetch' | 'push';

/**
 * The address that Git would use, rewritten by `url.*.insteadOf`.
 *
 * @param remote the name of a remote, a URL or a folder
 * @returns undefined if no remote has this name
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

/** Whether text is a folder, a URL or `host:folder`, and not the name of a remote. */
const isAddress = (text: string): boolean => text.includes('/') || /^([\w.+-]+@)?\w[\w.-]*:[^:]/.test(text);

/** If several prefixes match, Git takes the longest. */
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

/** Removes user name and password from an http address: Git would pass them to its processes as arguments. */
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
