import * as pulumi from '@pulumi/pulumi';
import { InfraError } from './error.ts';

/** A rule for a configuration value, and what to write instead. */
export interface Rule {
  pattern: RegExp;
  /** What is right, as in `a number of 12 digits`. */
  expected: string;
}

/** An AWS account. */
export const ACCOUNT_ID: Rule = { pattern: /^\d{12}$/, expected: "the account's number, 12 digits" };
/** A numeric id at GitHub: `gh api repos/OWNER/REPO --jq .id`. */
export const GITHUB_ID: Rule = {
  pattern: /^[1-9]\d{0,18}$/,
  expected: 'the numeric id at GitHub (gh api repos/OWNER/REPO --jq .id)',
};
/** A Kubernetes minor version. */
export const KUBERNETES_VERSION: Rule = { pattern: /^1\.\d{2}$/, expected: 'a minor version, as in "1.36"' };
/** A region, as either cloud writes them; the cloud's own library looks closer. */
export const REGION: Rule = {
  pattern: /^[a-z]{2}-[a-z]+(-\d)?$/,
  expected: 'a region, as in eu-central-1 or nl-ams',
};
/** A name at GitHub. */
export const GITHUB_NAME: Rule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
  expected: 'a name at GitHub',
};

/** The configuration of a stack, read at the door: each value is there and follows its rule, or one error says where. */
export class Settings {
  readonly environment: string;
  readonly #config = new pulumi.Config();
  readonly #file: string;
  /** What was handed out, with the keys that hold it. */
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

  /** A list of texts, none of them twice. @throws {InfraError} `missing`, `invalid` */
  list(key: string, rule: Rule): string[] {
    const found = this.#config.getObject<unknown>(key);
    if (found === undefined) throw this.#missing(key, `a list of ${rule.expected}`);
    if (!Array.isArray(found) || new Set(found).size !== found.length) {
      throw this.#invalid(key, found, `a list without doubles, each ${rule.expected}`);
    }
    const list = found.map((item: unknown, at) => this.#checked(`${key}[${at}]`, String(item), rule));
    return this.#handOut(key, list);
  }

  /** Where a value that was handed out is written, as in `Pulumi.production.yaml, cluster:cidr`. */
  placeOf(value: unknown): string | undefined {
    const keys = this.#keys.get(value);
    return keys && this.#place(keys.join(' or '));
  }

  #checked(key: string, value: string | undefined, { pattern, expected }: Rule): string {
    if (value === undefined || value === '') throw this.#missing(key, expected);
    if (!pattern.test(value)) throw this.#invalid(key, value, expected);
    return this.#handOut(key, value);
  }

  #handOut<T>(key: string, value: T): T {
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
