import Type, { type Static } from 'typebox';
import { readYaml } from './door.ts';
import type { Environment } from './environment.ts';
import { GitopsError } from './error.ts';
import { LedgerRepository } from './ledger-repository.ts';
import { print } from './ledger.ts';
import type { Commit, Source } from './source.ts';
import { updateLedger } from './update.ts';

const Commit = Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' });

/** `stacks/<stack>/applied.yaml`: what of a stack is in the cloud. */
export const Applied = Type.Object(
  {
    source: Type.Optional(
      Type.Unsafe<string>({ ...Commit, description: 'The commit that was applied last.' }),
    ),
    graph: Type.Optional(
      Type.String({
        pattern: '^sha256:[0-9a-f]{64}$',
        description: 'The hash of its resource graph at that commit.',
      }),
    ),
    pending: Type.Optional(
      Type.Unsafe<string>({
        ...Commit,
        description: 'A commit whose update failed half-way; it stays due until one succeeds.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type Applied = Static<typeof Applied>;

const fileOf = (stack: string): string => `stacks/${stack}/applied.yaml`;

/**
 * What a ledger says of each stack that was ever applied in its environment, by stack.
 *
 * @throws {GitopsError} `invalid`, and what asking the remote can throw
 */
export async function readApplied(source: Source, environment: Environment): Promise<Map<string, Applied>> {
  const repository = await LedgerRepository.open(source, environment);
  try {
    const { branch } = environment.ledger;
    const tip = await repository.tip();
    const files = await tip.read(tip.files.filter((file) => /^stacks\/[^/]+\/applied\.yaml$/.test(file)));
    return new Map(
      [...files].map(([file, text]) => [
        file.split('/')[1] as string,
        readYaml(Applied, text, `${branch}:${file}`),
      ]),
    );
  } finally {
    await repository.close();
  }
}

/**
 * Records what became of a stack, by the same compare-and-swap as every other change of a ledger. A failed update
 * keeps what was applied before and marks its commit as pending.
 *
 * @param outcome the applied graph's hash, or `failed`
 * @throws {GitopsError} `refused` when a newer commit was applied in the meantime; else as {@link updateLedger}
 */
export async function recordApplied(
  source: Source,
  environment: Environment,
  { stack, commit, graph }: { stack: string; commit: Commit; graph: string | 'failed' },
): Promise<Commit | undefined> {
  const { name, ledger } = environment;
  const repository = await LedgerRepository.open(source, environment);
  const file = fileOf(stack);
  try {
    const { commit: recorded } = await updateLedger(repository, async (tip) => {
      const text = (await tip.read([file])).get(file);
      const before = text === undefined ? {} : readYaml(Applied, text, `${ledger.branch}:${file}`);
      await assertNotOlder(source, stack, commit, before);
      const next: Applied = graph === 'failed' ? { ...before, pending: commit } : { source: commit, graph };
      if (print(next) === (text ?? '')) return { value: undefined };
      const verb = graph === 'failed' ? 'Mark as pending' : 'Apply';
      return {
        value: undefined,
        edit: new Map([[file, print(next)]]),
        message: `${verb} the stack ${stack} in ${name}\n\nSlipway-Environment: ${name}\nSlipway-Stack: ${stack}\nSlipway-Source: ${commit}\n`,
      };
    });
    return recorded;
  } finally {
    await repository.close();
  }
}

/**
 * Newer wins, by ancestry: an older commit must not be applied over a newer one.
 *
 * @throws {GitopsError} `refused`
 */
export async function assertNotOlder(
  source: Source,
  stack: string,
  commit: Commit,
  { source: applied }: Applied,
): Promise<void> {
  if (applied === undefined || applied === commit) return;
  if ((await source.resolve(applied)) === undefined || !(await source.isAncestor(commit, applied))) return;
  throw new GitopsError(
    'refused',
    `${stack} was applied at ${applied.slice(0, 12)}, which is newer than ${commit.slice(0, 12)}. ` +
      `Apply the newer commit; to go back, revert on main and apply that.`,
    { value: commit },
  );
}
