import Type, { type Static } from 'typebox';
import { readYaml } from '../text/validate.ts';
import type { Tip } from './ledger-repository.ts';
import { changedByHand, type Release } from './records.ts';
import { stackProject } from '../workspace/stack.ts';
import type { Commit } from '../git/commit.ts';

const Id = Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' });

/** `stacks/<stack>/applied.yaml`: what of a stack is in the cloud. */
export const Applied = Type.Object(
  {
    source: Type.Optional(Type.Unsafe<string>({ ...Id, description: 'The commit that was applied last.' })),
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
          'A commit that the engine did not get to the end of; only an apply of it or of a newer one settles that.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Applied = Static<typeof Applied>;

/** The record of a stack of an environment, by the name of its project. */
export const appliedFile = (environment: string, project: string): string =>
  `stacks/${project.slice(environment.length + 1)}/applied.yaml`;

/** The newest commit that the engine was given, as far as a record knows. */
export const givenCommit = ({ source, pending }: Applied): Commit | undefined => pending ?? source;

/**
 * What a ledger says of each stack that was ever applied in its environment, by project, folder or no folder.
 *
 * @throws {GitopsError} `invalid`
 */
export async function readApplied(
  tip: Tip,
  environment: string,
  place: string,
): Promise<Map<string, Applied>> {
  const files = await tip.read(tip.files.filter((file) => /^stacks\/[^/]+\/applied\.yaml$/.test(file)));
  return new Map(
    [...files].map(([file, text]) => [
      stackProject(environment, file.split('/')[1] as string),
      readYaml(Applied, text, `${place}:${file}`, changedByHand(place)),
    ]),
  );
}

/** A record as tables, messages and histories show it. */
export const asRelease = (record: Applied | undefined): Release | undefined =>
  record?.source === undefined || record.graph === undefined
    ? undefined
    : { graph: record.graph, release: { config: record.source } };
