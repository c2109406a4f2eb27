import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate-text.ts';

const Text = Type.String();
const OptionalText = Type.Optional(Text);
const Resource = Type.Object({ group: OptionalText, kind: Text, namespace: OptionalText, name: Text });
const Source = Type.Object({
  targetRevision: OptionalText,
  helm: Type.Optional(Type.Object({ valueFiles: Type.Optional(Type.Array(Text)) })),
});

/**
 * The fields of an Application (`argoproj.io/v1alpha1`) that are read here. Other fields are accepted,
 * because each version of Argo CD adds some.
 */
const Manifest = Type.Object({
  metadata: Type.Object({ name: Text }),
  spec: Type.Object({
    source: Type.Optional(Source),
    destination: Type.Optional(Type.Object({ namespace: OptionalText })),
  }),
  status: Type.Optional(
    Type.Object({
      sync: Type.Optional(Type.Object({ status: OptionalText, revision: OptionalText })),
      health: Type.Optional(Type.Object({ status: OptionalText, message: OptionalText })),
      conditions: Type.Optional(Type.Array(Type.Object({ type: Text, message: Text }))),
      reconciledAt: OptionalText,
      operationState: Type.Optional(
        Type.Object({
          phase: OptionalText,
          message: OptionalText,
          finishedAt: OptionalText,
          syncResult: Type.Optional(
            Type.Object({
              resources: Type.Optional(
                Type.Array(
                  Type.Object({
                    kind: Text,
                    name: Text,
                    status: OptionalText,
                    hookPhase: OptionalText,
                    message: OptionalText,
                  }),
                ),
              ),
            }),
          ),
        }),
      ),
      resources: Type.Optional(Type.Array(Resource)),
      summary: Type.Optional(Type.Object({ images: Type.Optional(Type.Array(Text)) })),
    }),
  ),
});

/** A reason why a release does not run: a Kubernetes object and its message. */
export interface Cause {
  /** For example `Pod/api-7d9c-x2x`. */
  resource: string;
  message: string;
}

/** An object that an Application manages. */
export type ManagedResource = Static<typeof Resource>;

/** The state of an Application in Argo CD. */
export interface Application {
  name: string;
  /** The namespace of its objects. Empty if it names none. */
  namespace: string;
  /** The commit that it should be at. */
  targetRevision: string;
  /** The commit with which Argo CD last compared the cluster. */
  revision?: string;
  valueFiles: readonly string[];
  /** `Synced`, `OutOfSync` or `Unknown`. */
  sync: string;
  /** `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing` or `Unknown`. */
  health: string;
  healthMessage?: string;
  /** Error conditions, such as a repository that Argo CD cannot read. */
  errors: readonly string[];
  /** The last sync: `Running`, `Succeeded`, `Failed` or `Error`, and its message. */
  operation?: { phase: string; message: string };
  /** The objects that the last sync could not apply. */
  rejected: readonly Cause[];
  /** Whether health and images are older than the end of the last sync. */
  stale: boolean;
  /** The images of its pods. */
  images: readonly string[];
  resources: readonly ManagedResource[];
}

/** Conditions of an Application that are errors; the others are informative. */
const ERROR = /Error$|^OrphanedResourceWarning$|^RepeatedResourceWarning$/;

/**
 * Reads one Application from the JSON of kubectl or Argo CD's API.
 *
 * @param place its name in errors
 * @throws {GitopsError} `invalid`
 */
export function readApplication(json: string, place: string): Application {
  return fromManifest(readJson(Manifest, json, place));
}

/** Like {@link readApplication}, for a list. @throws {GitopsError} `invalid` */
export function readApplications(json: string, place: string): Application[] {
  // Argo CD's API returns `null` for an empty list.
  const { items } = readJson(
    Type.Object({ items: Type.Union([Type.Array(Manifest), Type.Null()]) }),
    json,
    place,
  );
  return (items ?? []).map(fromManifest);
}

function fromManifest({ metadata, spec, status = {} }: Static<typeof Manifest>): Application {
  const { sync, health, operationState: last, conditions = [] } = status;
  return {
    name: metadata.name,
    namespace: spec.destination?.namespace ?? '',
    targetRevision: spec.source?.targetRevision ?? '',
    ...(sync?.revision && { revision: sync.revision }),
    valueFiles: spec.source?.helm?.valueFiles ?? [],
    sync: sync?.status ?? 'Unknown',
    health: health?.status ?? 'Unknown',
    ...(health?.message && { healthMessage: health.message }),
    errors: conditions.filter(({ type }) => ERROR.test(type)).map(({ message }) => message),
    ...(last && { operation: { phase: last.phase ?? '', message: last.message ?? '' } }),
    rejected: (last?.syncResult?.resources ?? [])
      .filter(({ status, hookPhase }) => status === 'SyncFailed' || hookPhase === 'Failed')
      .map(({ kind, name, message = '' }) => ({ resource: `${kind}/${name}`, message })),
    stale: isStale(status.reconciledAt, last?.finishedAt),
    images: status.summary?.images ?? [],
    resources: status.resources ?? [],
  };
}

/**
 * Whether the state is older than the last sync. Times have whole seconds, so an equal time is not counted as
 * older.
 */
function isStale(reconciledAt: string | undefined, finishedAt: string | undefined): boolean {
  if (finishedAt === undefined) return false;
  return reconciledAt === undefined || Date.parse(reconciledAt) < Date.parse(finishedAt);
}
