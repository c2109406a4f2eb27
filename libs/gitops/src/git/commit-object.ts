import { stamp, type Signatures } from './commit-identity.ts';
import type { Commit } from './commit.ts';

/** The content of a commit object, dated now. */
export function commitText(
  { author, committer }: Signatures,
  tree: string,
  parents: readonly Commit[],
  message: string,
): Buffer {
  const now = Math.floor(Date.now() / 1000);
  const lines = [
    `tree ${tree}`,
    ...parents.map((id) => `parent ${id}`),
    `author ${stamp(author, now)}`,
    `committer ${stamp(committer, now)}`,
    '',
    message,
  ];
  return Buffer.from(lines.join('\n'));
}

/** The id of a commit's tree; undefined if the content is not a commit. */
export const treeOf = (commit: Buffer | undefined): string | undefined =>
  /^tree ([0-9a-f]+)\n/.exec(commit?.toString('latin1') ?? '')?.[1];
