import type { Settings } from './git-settings.ts';

/** A name and an email address, as in a commit. */
export interface Identity {
  name: string;
  email: string;
}

/** How commits are made. */
export interface CommitOptions {
  /** @default Git's: its variables, else its settings; else `slipway` */
  author?: Identity | undefined;
  /** @default the author, if given; else as for the author */
  committer?: Identity | undefined;
  /**
   * Whether to sign. `true`: with Git's configured key. A string is the key: an id for OpenPGP, a file for
   * SSH; `gpg.format` chooses.
   *
   * @default `commit.gpgSign`
   */
  sign?: boolean | string | undefined;
}

/** How commits are made, with all defaults filled in. */
export interface Signatures {
  author: Identity;
  committer: Identity;
  sign: boolean | string;
}

const FALLBACK: Identity = { name: 'slipway', email: 'slipway@localhost' };

/** Fills in defaults from the environment and Git's settings. */
export function signaturesOf(
  { author, committer, sign }: CommitOptions,
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Signatures {
  const configured = (role: 'author' | 'committer'): Identity | undefined => {
    const variable = role.toUpperCase();
    const name = env[`GIT_${variable}_NAME`] ?? settings.get(`${role}.name`) ?? settings.get('user.name');
    const email = env[`GIT_${variable}_EMAIL`] ?? settings.get(`${role}.email`) ?? settings.get('user.email');
    return name && email ? { name, email } : undefined;
  };
  const key = settings.get('user.signingkey');
  return {
    author: author ?? configured('author') ?? FALLBACK,
    committer: committer ?? author ?? configured('committer') ?? FALLBACK,
    sign: sign === true ? (key ?? true) : (sign ?? (settings.isOn('commit.gpgsign') && (key ?? true))),
  };
}

/** A person and a time, as in a commit, without `<`, `>` and control characters: they break the format. */
export function stamp({ name, email }: Identity, seconds: number): string {
  // eslint-disable-next-line no-control-regex -- matches control characters on purpose
  const plain = (text: string) => text.replace(/[<>\u0000-\u001f\u007f]/g, '').trim() || FALLBACK.name;
  return `${plain(name)} <${plain(email)}> ${seconds} +0000`;
}
