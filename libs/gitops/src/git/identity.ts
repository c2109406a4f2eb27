import type { Settings } from './settings.ts';

/** A name and an address, as Git writes them into commits. */
export interface Identity {
  name: string;
  email: string;
}

/** How commits are made. */
export interface CommitOptions {
  /** @default what Git would take: its variables, else its settings; else `slipway` */
  author?: Identity | undefined;
  /** @default as the author */
  committer?: Identity | undefined;
  /**
   * Signs: `true` with the key that Git is configured with, or a key: its id for OpenPGP, its file for SSH
   * (which one is `gpg.format`). @default whether `commit.gpgSign` is on
   */
  sign?: boolean | string | undefined;
}

/** How a commit is to be made, every default filled in. */
export interface Signatures {
  author: Identity;
  committer: Identity;
  sign: boolean | string;
}

const NOBODY: Identity = { name: 'slipway', email: 'slipway@localhost' };

/** Fills in what the environment and Git's settings say. */
export function signaturesOf(
  { author, committer, sign }: CommitOptions,
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Signatures {
  const known = (role: 'author' | 'committer'): Identity | undefined => {
    const variable = role.toUpperCase();
    const name = env[`GIT_${variable}_NAME`] ?? settings.get(`${role}.name`) ?? settings.get('user.name');
    const email = env[`GIT_${variable}_EMAIL`] ?? settings.get(`${role}.email`) ?? settings.get('user.email');
    return name && email ? { name, email } : undefined;
  };
  const key = settings.get('user.signingkey');
  return {
    author: author ?? known('author') ?? NOBODY,
    committer: committer ?? author ?? known('committer') ?? NOBODY,
    sign: sign === true ? (key ?? true) : (sign ?? (settings.isOn('commit.gpgsign') && (key ?? true))),
  };
}

/** A person as a line of a commit: what Git's own format gives a meaning, and control characters, are left out. */
export function stamp({ name, email }: Identity, seconds: number): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const plain = (text: string) => text.replace(/[<>\u0000-\u001f\u007f]/g, '').trim() || NOBODY.name;
  return `${plain(name)} <${plain(email)}> ${seconds} +0000`;
}
