import * as pulumi from '@pulumi/pulumi';
import { InfraError } from './error.ts';

/** A rule for a configuration value. */
export interface Rule {
  pattern: RegExp;
  /** The expected value for error messages, as in `a number of 12 digits`. */
  expected: string;
}

/** An AWS account. */
export const ACCOUNT_ID: Rule = { pattern: /^\d{12}$/, expected: "the account's number, 12 digits" };
/** The numeric id of a GitHub owner or repository: `gh api repos/OWNER/REPO --jq .id`. */
export const GITHUB_ID: Rule = {
  pattern: /^[1-9]\d{0,18}$/,
  expected: 'the numeric GitHub id (gh api repos/OWNER/REPO --jq .id)',
};
/** A Kubernetes minor version. */
export const KUBERNETES_VERSION: Rule = { pattern: /^1\.\d{2}$/, expected: 'a minor version, as in "1.36"' };
/** A region of AWS or Linode. The library of the cloud checks whether it exists. */
export const REGION: Rule = {
  pattern: /^[a-z]{2}-[a-z]+(-\d)?$/,
  expected: 'a region, as in eu-central-1 or nl-ams',
};
/** The name of a GitHub owner or repository. */
export const GITHUB_NAME: Rule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  expected: 'a GitHub name',
};

/** Reads and validates the configuration of a stack. */
export class Settings {
  readonly environment: string;
  readonly #config = new pulumi.Config();
  readonly #file: string;
  /** Values that were read, with their keys. */
  readonly #keys = new Map<unknown, string[]>();

  /**
   * @param environment the only environment that this program may run as
   * @throws {InfraError} `wrong-environment`
   */
  constructor(environment: string) {
    const stack = pulumi.getStack();
    if (stack !== environment) {
      throw new InfraError(
        'wrong-environment',
        `The program of ${environment} runs as the stack "${stack}". Select ${environment}, or run the program of ${stack}.`,
        { value: stack },
      );
    }
    this.environment = environment;
    this.#file = `Pulumi.${stack}.yaml`;
  }

  /** @throws {InfraError} `missing`, `invalid` */
  text(key: string, rule: Rule): string {
    return this.#checked(key, this.#config.get(key), rule);
  }

  /** A list of unique texts. @throws {InfraError} `missing`, `invalid` */
  list(key: string, rule: Rule): string[] {
    const found = this.#config.getObject<unknown>(key);
    if (found === undefined) throw this.#missing(key, `a list of ${rule.expected}`);
    if (!Array.isArray(found) || new Set(found).size !== found.length) {
      throw this.#invalid(key, found, `a list without duplicates, each item ${rule.expected}`);
    }
    const list = found.map((item: unknown, at) => this.#checked(`${key}[${at}]`, String(item), rule));
    return this.#remember(key, list);
  }

  /** The file and keys of a value that was read, as in `Pulumi.production.yaml, cluster:cidr`. */
  placeOf(value: unknown): string | undefined {
    const keys = this.#keys.get(value);
    return keys && this.#place(keys.join(' or '));
  }

  #checked(key: string, value: string | undefined, { pattern, expected }: Rule): string {
    if (value === undefined || value === '') throw this.#missing(key, expected);
    if (!pattern.test(value)) throw this.#invalid(key, value, expected);
    return this.#remember(key, value);
  }

  #remember<T>(key: string, value: T): T {
    this.#keys.set(value, [...new Set([...(this.#keys.get(value) ?? []), key])]);
    return value;
  }

  #place(key: string): string {
    return `${this.#file}, ${pulumi.getProject()}:${key}`;
  }

  #missing(key: string, expected: string): InfraError {
    const place = this.#place(key);
    return new InfraError('missing', `${place} is missing. It must be ${expected}.`, { value: key, place });
  }

  #invalid(key: string, value: unknown, expected: string): InfraError {
    const shown = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
    const place = this.#place(key);
    return new InfraError('invalid', `${place} is ${shown}. It must be ${expected}.`, { value, place });
  }
}
