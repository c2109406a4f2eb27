import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { readYaml } from '../text/validate-text.ts';
import { GitopsError } from '../error.ts';
import { knownNames } from '../text/similar-name.ts';

/** The folder with a folder for each environment, relative to the root of the repository. */
export const ENVIRONMENTS = 'deploy/environments';

const branchName = Type.String({ pattern: '^(?!-)[A-Za-z0-9][A-Za-z0-9._/-]*$' });
const remoteName = Type.String({ pattern: '^(?!-)[A-Za-z0-9][A-Za-z0-9._-]*$' });

/** `deploy/environments/<name>/environment.yaml`, as people write it. */
const EnvironmentFile = Type.Object(
  {
    deploy: Type.Enum(['auto', 'promote'], {
      description: '`auto`: a deploy run releases here. `promote`: only `slipway promote` does.',
    }),
    base: Type.Enum(['pinned', 'embedded'], {
      description:
        'The base image: the one of deploy/base/base.lock.yaml, or one built from the Node that runs.',
    }),
    registries: Type.Array(
      Type.String({ pattern: '^(oci:[^\\s]+|[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*)$' }),
      {
        minItems: 1,
        description:
          'Registries, without the app: host/path, or oci:FOLDER. Pods pull from the first; the others get the same digest.',
      },
    ),
    source: Type.Optional(
      Type.Union(
        [
          Type.Literal('worktree'),
          Type.Object({ remote: remoteName, branch: branchName }, { additionalProperties: false }),
        ],
        {
          description:
            'A released commit must be on this branch of this remote, which Argo CD reads. `worktree` releases any commit, and uncommitted changes too.',
        },
      ),
    ),
    ledger: Type.Optional(
      Type.Object(
        {
          remote: Type.Optional(remoteName),
          repository: Type.Optional(Type.String({ minLength: 1, pattern: '^(?!-)' })),
          branch: Type.Optional(branchName),
          folder: Type.Optional(Type.String({ pattern: '^(?!/)(?!.*(^|/)\\.\\.?(/|$))[^\\s]+$' })),
        },
        {
          additionalProperties: false,
          description:
            'Where releases are recorded: a remote by name, or a repository by URL or folder (a missing folder is created); a branch; a folder on that branch.',
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** An environment with all defaults. */
export interface Environment {
  name: string;
  deploy: 'auto' | 'promote';
  base: 'pinned' | 'embedded';
  /** Registries without the app; pods pull from the first. */
  registries: readonly [string, ...string[]];
  /** `worktree`, or the remote branch that a released commit must be on. @default origin, main */
  source: 'worktree' | { remote: string; branch: string };
  /** Where releases are recorded. @default the source's remote, branch `env/<name>`, no folder */
  ledger: { remote: string; branch: string; folder: string };
}

/**
 * The names of all environments of a repository, sorted.
 *
 * @param root the repository's root folder
 */
export async function listEnvironments(root: string): Promise<string[]> {
  const entries = await readdir(join(root, ENVIRONMENTS), { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/**
 * Reads one environment from the work tree.
 *
 * @throws {GitopsError} `usage` for an environment that does not exist, `invalid` for a file that breaks the schema, or
 *   names the ledger of another environment
 */
export async function readEnvironment(root: string, name: string): Promise<Environment> {
  const known = await listEnvironments(root);
  if (!known.includes(name)) {
    throw new GitopsError(
      'usage',
      `There is no environment "${name}". ${knownNames('Known', name, known)} ` +
        `Correct the name, or create ${ENVIRONMENTS}/${name}/environment.yaml.`,
      { value: name },
    );
  }
  const environment = await readFileOf(root, name);
  for (const other of known.filter((one) => one !== name)) await assertOwnLedger(root, environment, other);
  return environment;
}

async function readFileOf(root: string, name: string): Promise<Environment> {
  const file = fileOf(name);
  const text = await readFile(join(root, file), 'utf8').catch((cause: unknown) => {
    throw new GitopsError('invalid', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  return withDefaults(name, readYaml(EnvironmentFile, text, file), file);
}

const fileOf = (name: string): string => `${ENVIRONMENTS}/${name}/environment.yaml`;

/** Refuses a shared ledger, the usual mistake in a copied file: runs of one environment would release in the other. */
async function assertOwnLedger(root: string, { name, ledger }: Environment, other: string): Promise<void> {
  const theirs = await readFileOf(root, other).catch(() => undefined); // reported when that environment is read
  if (theirs === undefined || placeOf(theirs) !== placeOf({ ledger })) return;
  throw new GitopsError(
    'invalid',
    `${fileOf(name)} and ${fileOf(other)} have the same ledger (${placeOf({ ledger })}). Give each its own branch: ledger: { branch: env/${name} }`,
    { value: ledger },
  );
}

const placeOf = ({ ledger: { remote, branch, folder } }: Pick<Environment, 'ledger'>): string =>
  [`${branch} at ${remote}`, ...(folder ? [`folder ${folder}`] : [])].join(', ');

function withDefaults(name: string, file: Static<typeof EnvironmentFile>, place: string): Environment {
  const { remote, repository, branch = `env/${name}`, folder = '' } = file.ledger ?? {};
  if (remote !== undefined && repository !== undefined) {
    throw new GitopsError(
      'invalid',
      `${place} is not valid:\n  ledger: name a remote or a repository, not both`,
      {
        value: file.ledger,
      },
    );
  }
  const source = file.source ?? { remote: 'origin', branch: 'main' };
  if (source !== 'worktree' && source.branch === branch && folder === '' && repository === undefined) {
    throw new GitopsError(
      'invalid',
      `${place} is not valid:\n  ledger: ${branch} is the branch of the source, so each release would change its app and cause the next release. Name another branch, or a folder outside all projects`,
      { value: file.ledger },
    );
  }
  return {
    name,
    deploy: file.deploy,
    base: file.base,
    registries: file.registries as [string, ...string[]],
    source,
    ledger: {
      remote: repository ?? remote ?? (source === 'worktree' ? 'origin' : source.remote),
      branch,
      folder: folder.replace(/\/+$/, ''),
    },
  };
}
