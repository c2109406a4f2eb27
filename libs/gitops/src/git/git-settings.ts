import { git } from './run-git.ts';

/** Settings of Git by key; section and variable in lower case, as `git config --list` prints them. */
export class Settings {
  readonly #entries: readonly (readonly [key: string, value: string])[];

  /** @param entries in the order in which Git reads them: the last entry of a key counts */
  constructor(entries: readonly (readonly [key: string, value: string])[]) {
    this.#entries = entries;
  }

  /** The value that counts. */
  get(key: string): string | undefined {
    return this.all(key).at(-1);
  }

  /** All values, in order. */
  all(key: string): string[] {
    return this.#entries.flatMap(([name, value]) => (name === key ? [value] : []));
  }

  /** Whether a boolean setting is true, by Git's rules. */
  isOn(key: string): boolean {
    return /^(true|yes|on|1|)$/i.test(this.get(key) ?? 'no');
  }

  /** The settings whose keys match, in order. */
  matching(pattern: RegExp): (readonly [key: string, value: string])[] {
    return this.#entries.filter(([key]) => pattern.test(key));
  }
}

/**
 * The settings of Git in a folder, from all configuration files and the environment, with conditional
 * includes. Outside a repository: those of the user and the machine.
 */
export async function readSettings(folder: string): Promise<Settings> {
  const listed = await git(['config', '--list', '--null', '--includes'], { cwd: folder });
  const entries = listed.toString('utf8').split('\0').filter(Boolean);
  return new Settings(
    entries.map((entry) => {
      const [key = '', ...value] = entry.split('\n');
      return [key, value.join('\n')] as const;
    }),
  );
}
