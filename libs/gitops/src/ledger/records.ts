import Type, { type Static } from 'typebox';
import { stringify } from 'yaml';
import { PLATFORM } from '../workspace/app.ts';
import { readYaml } from '../text/validate-text.ts';
import type { Tip } from './ledger-repository.ts';

const Commit = Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' });
const Digest = Type.String({ pattern: '^sha256:[0-9a-f]{64}$' });
const Closed = { additionalProperties: false };

const Image = Type.Object(
  {
    repository: Type.String({ minLength: 1 }),
    tag: Type.String({ pattern: '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$' }),
    digest: Digest,
  },
  { ...Closed, description: "Exactly the chart's image values." },
);
export type Image = Static<typeof Image>;

const Config = Type.Unsafe<string>({
  ...Commit,
  description: 'The commit from which chart and values are read.',
});

const Hold = Type.Optional(
  Type.Object(
    {
      by: Type.String(),
      reason: Type.String(),
      since: Type.String({ description: 'ISO 8601' }),
      until: Type.Optional(Type.String({ description: 'ISO 8601; without it the hold has no end' })),
    },
    { ...Closed, description: 'No run replaces this release while the hold is in force.' },
  ),
);

/** `apps/<app>/release.yaml`: the released image and the configuration that it runs with. */
export const AppRelease = Type.Object(
  {
    image: Image,
    release: Type.Object(
      {
        source: Type.Unsafe<string>({
          ...Commit,
          description: 'The commit of the run that first published this digest.',
        }),
        config: Config,
        chart: Type.String({ minLength: 1, description: 'The chart folder at that commit.' }),
      },
      Closed,
    ),
    hold: Hold,
  },
  Closed,
);

export type AppRelease = Static<typeof AppRelease>;

/** `platform/release.yaml`: the platform's chart and the environment's values at a commit. */
const PlatformRelease = Type.Object({ release: Type.Object({ config: Config }, Closed), hold: Hold }, Closed);

/**
 * The release of a project. An app has an image and a configuration; the platform has only a configuration; a
 * stack has the applied graph, and the applied commit as its configuration.
 */
export interface Release {
  image?: Image;
  /** `sha256:<hex>` of a stack's resource graph. */
  graph?: string;
  release: { source?: string; config: string; chart?: string };
  hold?: NonNullable<AppRelease['hold']>;
}

/**
 * Whether a hold is in force at `now` (milliseconds since 1970). A hold whose end is not a time does not end.
 */
export function isHeld({ hold }: Release, now: number): boolean {
  return hold !== undefined && !(hold.until !== undefined && now >= Date.parse(hold.until));
}

/**
 * Reads the release of an app from its file in a ledger.
 *
 * @throws {GitopsError} `invalid`
 */
export const readRelease = (app: string, text: string, place: string, remedy?: string): Release =>
  readYaml(app === PLATFORM ? PlatformRelease : AppRelease, text, place, remedy);

/** The remedy for a ledger file that cannot be read. @param branch the ledger's branch */
export const changedByHand = (branch: string): string =>
  `Only slipway may change it: revert the commit on ${branch} that changed it by hand.`;

/** `ledger.yaml`: the commit up to which projects were considered, and the projects that are still due. */
export const LedgerState = Type.Object(
  {
    through: Type.Optional(
      Type.Unsafe<string>({ ...Commit, description: 'The commit up to which every project was considered.' }),
    ),
    pending: Type.Array(Type.String(), {
      description: 'Projects that are still due: failed, skipped, not selected, held or rolled back.',
    }),
  },
  Closed,
);
export type LedgerState = Static<typeof LedgerState>;

/** The state with further pending projects. */
export function withPending(state: LedgerState, ...projects: readonly string[]): LedgerState {
  return { ...state, pending: [...new Set([...state.pending, ...projects])].sort() };
}

/** The file with the {@link LedgerState}. */
export const LEDGER_FILE = 'ledger.yaml';

/** The file with the {@link Release} of an app. */
export const releaseFile = (app: string): string =>
  app === PLATFORM ? `${PLATFORM}/release.yaml` : `apps/${app}/release.yaml`;

/** The apps with a release in the ledger, whether or not they still exist. */
export function releasedApps(tip: Tip): string[] {
  const files = new Set(tip.files);
  return tip.files
    .flatMap((file) => /^(?:apps\/)?([^/]+)\/release\.yaml$/.exec(file)?.[1] ?? [])
    .filter((app) => files.has(releaseFile(app)))
    .sort();
}

/** Reads `ledger.yaml`. @throws {GitopsError} `invalid` */
export async function readState(tip: Tip, branch: string): Promise<LedgerState> {
  const text = (await tip.read([LEDGER_FILE])).get(LEDGER_FILE);
  return text === undefined
    ? { pending: [] }
    : readYaml(LedgerState, text, `${branch}:${LEDGER_FILE}`, changedByHand(branch));
}

/**
 * The releases of the named apps. The result does not contain apps without a release.
 *
 * @throws {GitopsError} `invalid`
 */
export async function readReleases(
  tip: Tip,
  apps: readonly string[],
  branch: string,
): Promise<Map<string, Release>> {
  const texts = await tip.read(apps.map(releaseFile));
  const releases = new Map<string, Release>();
  for (const app of apps) {
    const text = texts.get(releaseFile(app));
    if (text === undefined) continue;
    releases.set(app, readRelease(app, text, `${branch}:${releaseFile(app)}`, changedByHand(branch)));
  }
  return releases;
}

const NOTE = '# Written by slipway. Change it with `slipway`, not by hand.\n';

/** Prints a ledger file. Strings are quoted, so every YAML reader parses them as strings. */
export function printRecord(content: object): string {
  return (
    NOTE + stringify(content, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 })
  );
}
