import Type, { type Static } from 'typebox';
import { readYaml } from '../text/validate-text.ts';
import type { Tip } from './ledger-repository.ts';
import { changedByHand, type Release } from './records.ts';
import { stackProject } from '../workspace/stack.ts';
import type { Commit } from '../git/commit.ts';

const Id = Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' });

/** `stacks/<stack>/applied.yaml`: the commit of a stack that was applied to the cloud. */
export const Applied = Type.Object(
  {
    source: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'The last applied commit.' })),
    graph: Type.Optional(
      Type.String({
        pattern: '^sha256:[0-9a-f]{64}$',
        description: 'The hash of its resource graph at that commit.',
      }),
    ),
    pending: Type.Optional(
      Type.Unsafe<string>({
        ...Id,
        description:
          'A commit whose update did not finish. Only an apply of it or of a newer commit removes this entry.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Applied = Static<typeof Applied>;

/** The record of a stack of an environment, by the name of its project. */
export const appliedFile = (environment: string, project: string): string =>
  `stacks/${project.slice(environment.length + 1)}/applied.yaml`;

/** The commit of the last update that the record knows, whether or not it finished. */
export const givenCommit = ({ source, pending }: Applied): Commit | undefined => pending ?? source;

/**
 * The records of all stacks that were ever applied in the environment, by project. A stack without a folder
 * is included.
 *
 * @throws {GitopsError} `invalid`
 */
export async function readApplied(
  tip: Tip,
  environment: string,
  branch: string,
): Promise<Map<string, Applied>> {
  const files = await tip.read(tip.files.filter((file) => /^stacks\/[^/]+\/applied\.yaml$/.test(file)));
  return new Map(
    [...files].map(([file, text]) => [
      stackProject(environment, file.split('/')[1] as string),
      readYaml(Applied, text, `${branch}:${file}`, changedByHand(branch)),
    ]),
  );
}

/** The record of a stack as a release, for tables, messages and histories. */
export const asRelease = (record: Applied | undefined): Release | undefined =>
  record?.source === undefined || record.graph === undefined
    ? undefined
    : { graph: record.graph, release: { config: record.source } };
