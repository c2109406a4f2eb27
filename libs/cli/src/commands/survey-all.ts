import { listEnvironments, readEnvironment } from '@slipway/gitops';
import {
  Exceptions,
  nameOf,
  Renderer,
  survey,
  workTreeCommit,
  type Checked,
  type Exception,
  type Helm,
  type Problem,
  type Surveyed,
} from '@slipway/gitops/render';
import type { Workspace } from './workspace.ts';

/** Printed if charts cannot be rendered. The command succeeds: such a machine deploys to no cluster. */
export const NO_HELM =
  'skipped: there is no Helm 4 on this machine. Put a helm 4 on PATH to check what charts render';

/**
 * Renders and checks the work tree, committed or not, for every environment.
 *
 * @param only names to render. @default everything
 */
export async function surveyAll(
  { root, checkout }: Workspace,
  helm: Helm,
  exceptions: Exceptions,
  only?: readonly string[],
): Promise<Surveyed[]> {
  const commit = await workTreeCommit(checkout);
  const renderer = new Renderer(checkout, helm);
  const found: Surveyed[] = [];
  try {
    for (const name of await listEnvironments(root)) {
      const environment = await readEnvironment(root, name);
      found.push(...(await survey(checkout, renderer, environment, commit, exceptions, only)));
    }
  } finally {
    await renderer.close();
  }
  return found;
}

/** The exceptions in the work tree, committed or not. */
export async function readExceptions({ checkout }: Workspace): Promise<Exceptions> {
  return Exceptions.read(checkout, await workTreeCommit(checkout));
}

/** A problem, and what it was found in, unless that is a chart. */
type Found = Problem & Partial<Pick<Surveyed, 'what' | 'environment'>>;

/** The result of some checks, as `--json` prints it. */
interface Report {
  readonly problems: readonly Found[];
  /** The exceptions that allowed a breach. */
  readonly exceptions: readonly Exception[];
  /** Checks that did not take place, each with the remedy. */
  readonly skipped: readonly string[];
}

/**
 * Summarizes checks.
 *
 * @param apps the apps and charts that were checked completely, whose exceptions must all have been needed
 */
export function report(
  checked: readonly (Checked & Omit<Found, keyof Problem>)[],
  exceptions: Exceptions,
  apps: readonly string[],
): Report {
  const packages = [...new Set(checked.flatMap(({ missingPackages }) => missingPackages))].sort();
  // An exception may be for a check that did not take place.
  const unused = packages.length > 0 ? [] : exceptions.unused(apps);
  const problems = checked.flatMap(({ what, environment, problems }) =>
    problems.map((one) => ({ ...(what && { what, environment }), ...one })),
  );
  return {
    problems: [...problems, ...unused],
    exceptions: exceptions.used,
    skipped: packages.map((name) => `the fields of kinds in ${name}: npm install --save-dev ${name}`),
  };
}

/** A report for people: problems without a rule, problems by rule, exceptions in force, and what was skipped. */
export function describeReport({ problems, exceptions, skipped }: Report, success: string): string {
  const broken = problems.filter(({ rule }) => rule !== undefined);
  const byRule = Map.groupBy(broken, ({ rule, remedy }) => `${rule}: ${remedy}`);
  return [
    ...problems.filter(({ rule }) => rule === undefined).map(describe),
    ...[...byRule].flatMap(([heading, found]) => [heading, ...found.map((one) => `  ${describe(one)}`)]),
    ...(broken.length > 0
      ? ['The reason for each rule, and how to allow a breach: slipway lint --rules']
      : []),
    ...(problems.length === 0 ? [success] : []),
    ...exceptions.map((one) => `Allowed: ${nameOf(one)}: ${one.reason}`),
    ...skipped.map((one) => `Not checked: ${one}`),
  ].join('\n');
}

/** One line: what and where, the object and the message; the remedy too, if no rule has it. */
export function describe({ what, environment, rule, place, message, remedy }: Found): string {
  const scope = what && `${what} in ${environment}`;
  const line = [scope, place === what ? undefined : place, message].filter(Boolean).join(': ');
  return rule === undefined && remedy ? `${line}. ${remedy}` : line;
}
