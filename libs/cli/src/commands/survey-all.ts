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
import type { Workspace } from '../workspace.ts';

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

/** What a command that checks prints beside its result. */
export interface Report {
  /** One line a problem, with the object, the place, the remedy and the rule. */
  readonly problems: readonly string[];
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
  checked: readonly (Checked & Partial<Pick<Surveyed, 'what' | 'environment'>>)[],
  exceptions: Exceptions,
  apps: readonly string[],
): Report {
  const packages = [...new Set(checked.flatMap(({ missingPackages }) => missingPackages))].sort();
  // An exception may be for a check that did not take place.
  const unused = packages.length > 0 ? [] : exceptions.unused(apps);
  return {
    problems: [
      ...checked.flatMap(({ what, environment, problems }) =>
        problems.map((one) => `${what ? `${what} in ${environment}: ` : ''}${describe(one, what)}`),
      ),
      ...unused.map((one) => describe(one)),
    ],
    exceptions: exceptions.used,
    skipped: packages.map((name) => `the fields of kinds in ${name}: npm install --save-dev ${name}`),
  };
}

/** The parts of a report that people see whether or not there are problems. */
export const notes = ({ exceptions, skipped }: Report): string[] => [
  ...exceptions.map((one) => `Allowed: ${nameOf(one)}: ${one.reason}`),
  ...skipped.map((one) => `Not checked: ${one}`),
];

function describe({ rule, place, message, remedy }: Problem, what?: string): string {
  return `${place === what ? '' : `${place}: `}${message}${remedy ? `. ${remedy}` : ''}${rule ? ` [${rule}]` : ''}`;
}
