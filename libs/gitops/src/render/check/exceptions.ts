import Type, { type Static } from 'typebox';
import type { Checkout } from '../../checkout/checkout.ts';
import { GitopsError } from '../../error.ts';
import type { Commit } from '../../git/commit.ts';
import { knownNames } from '../../text/similar-name.ts';
import { readYaml } from '../../text/validate-text.ts';
import type { Problem } from './problem.ts';
import { RULES } from './rules/all.ts';

/** The file with the exceptions of a workspace. */
export const EXCEPTIONS_FILE = 'deploy/exceptions.yaml';

const text = (description: string) => Type.String({ minLength: 1, pattern: '\\S', description });

const Exception = Type.Object(
  {
    rule: text('The id of the rule: `slipway lint --rules`.'),
    app: text('An app, `platform`, `root`, or the folder of a chart, whose scenarios are then excepted.'),
    environment: Type.Optional(text('One environment. Without it, all.')),
    object: Type.Optional(text('One object, such as `Deployment/api`, or a file. Without it, all.')),
    reason: text('Why the rule may be broken here.'),
  },
  { additionalProperties: false },
);

/** A rule that one app may break, and why. */
export type Exception = Static<typeof Exception>;

/** Where a problem was found. */
export type Where = Pick<Exception, 'app' | 'environment'>;

/** The exceptions of a workspace, and which of them were needed. */
export class Exceptions {
  readonly #all: readonly Exception[];
  readonly #used = new Set<Exception>();

  constructor(all: readonly Exception[] = []) {
    this.#all = all;
  }

  /**
   * Reads {@link EXCEPTIONS_FILE} at a commit. Without the file there are no exceptions.
   *
   * @throws {GitopsError} `invalid` for an unknown rule, an unknown key, or an exception without a reason
   */
  static async read(checkout: Checkout, commit: Commit): Promise<Exceptions> {
    const text = await checkout.readFile(commit, EXCEPTIONS_FILE);
    return new Exceptions(text === undefined ? [] : parseExceptions(text));
  }

  /** The problems that no exception allows. */
  withoutAllowed(problems: readonly Problem[], where: Where): Problem[] {
    return problems.filter((problem) => {
      const allowing = this.#all.filter((one) => allows(one, problem, where));
      for (const one of allowing) this.#used.add(one);
      return allowing.length === 0;
    });
  }

  /** The apps and charts that have exceptions. */
  get apps(): string[] {
    return this.#all.map(({ app }) => app);
  }

  /** The exceptions that allowed a problem so far. */
  get used(): Exception[] {
    return this.#all.filter((one) => this.#used.has(one));
  }

  /** The exceptions of some apps that allowed nothing. Ask for it after all their environments were checked. */
  unused(apps: readonly string[]): Problem[] {
    return this.#all
      .filter((one) => apps.includes(one.app) && !this.#used.has(one))
      .map((one) => ({
        place: EXCEPTIONS_FILE,
        message: `has an exception that is not needed: ${nameOf(one)}`,
        remedy: 'Remove it.',
      }));
  }
}

/** How an exception is called in messages: its rule and its scope. */
export const nameOf = ({ rule, app, environment, object }: Exception): string =>
  [`${rule} for ${app}`, environment && `in ${environment}`, object].filter(Boolean).join(' ');

function parseExceptions(text: string): Exception[] {
  const exceptions = readYaml(Type.Array(Exception), text, EXCEPTIONS_FILE);
  const ids = RULES.map(({ id }) => id);
  const unknown = exceptions.find(({ rule }) => !ids.includes(rule));
  if (unknown === undefined) return exceptions;
  throw new GitopsError(
    'invalid',
    `${EXCEPTIONS_FILE} names the rule "${unknown.rule}", which does not exist. ` +
      `${knownNames('Rules', unknown.rule, ids)} All of them: npx slipway lint --rules`,
    { value: unknown.rule },
  );
}

function allows(one: Exception, { rule, place }: Problem, { app, environment }: Where): boolean {
  return (
    one.rule === rule &&
    one.app === app &&
    (one.environment === undefined || one.environment === environment) &&
    (one.object === undefined || place === one.object || place.startsWith(`${one.object} `))
  );
}
