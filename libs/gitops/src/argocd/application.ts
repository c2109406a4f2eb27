import Type, { type Static } from 'typebox';
import { readJson } from '../text/validate.ts';

const Text = Type.String();
const Word = Type.Optional(Text);
const Resource = Type.Object({ group: Word, kind: Text, namespace: Word, name: Text });
const Source = Type.Object({
  targetRevision: Word,
  helm: Type.Optional(Type.Object({ valueFiles: Type.Optional(Type.Array(Text)) })),
});

/**
 * An Application as Argo CD keeps it (`argoproj.io/v1alpha1`), as far as it is read here. Everything else in it
 * is let through unread, because each version of Argo CD adds to it.
 */
const Manifest = Type.Object({
  metadata: Type.Object({ name: Text }),
  spec: Type.Object({
    source: Type.Optional(Source),
    destination: Type.Optional(Type.Object({ namespace: Word })),
  }),
  status: Type.Optional(
    Type.Object({
      sync: Type.Optional(Type.Object({ status: Word, revision: Word })),
      health: Type.Optional(Type.Object({ status: Word, message: Word })),
      conditions: Type.Optional(Type.Array(Type.Object({ type: Text, message: Text }))),
      reconciledAt: Word,
      operationState: Type.Optional(
        Type.Object({
          phase: Word,
          message: Word,
          finishedAt: Word,
          syncResult: Type.Optional(
            Type.Object({
              resources: Type.Optional(
                Type.Array(
                  Type.Object({ kind: Text, name: Text, status: Word, hookPhase: Word, message: Word }),
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

/** An object of Kubernetes that is in the way, and what it says. */
export interface Cause {
  /** For example `Pod/api-7d9c-x2x`. */
  resource: string;
  message: string;
}

/** An object that an Application manages. */
export type ManagedResource = Static<typeof Resource>;

/** What Argo CD says of one Application. */
export interface Application {
  name: string;
  /** The namespace that its objects are in; empty where it names none. */
  namespace: string;
  /** The commit that it is told to be at. */
  targetRevision: string;
  /** The commit that Argo CD compared the cluster with last. */
  revision?: string;
  valueFiles: readonly string[];
  /** `Synced`, `OutOfSync` or `Unknown`. */
  sync: string;
  /** `Healthy`, `Progressing`, `Degraded`, `Suspended`, `Missing` or `Unknown`. */
  health: string;
  healthMessage?: string;
  /** What Argo CD complains about, such as a repository that it cannot read. */
  complaints: readonly string[];
  /** The last sync: `Running`, `Succeeded`, `Failed` or `Error`, and what it said. */
  operation?: { phase: string; message: string };
  /** What the last sync could not apply. */
  rejected: readonly Cause[];
  /** Health and images are older than the end of the last sync. */
  stale: boolean;
  /** The images that its pods run. */
  images: readonly string[];
  resources: readonly ManagedResource[];
}

/** Conditions of an Application that tell of a fault; the others are remarks. */
const COMPLAINT = /Error$|^OrphanedResourceWarning$|^RepeatedResourceWarning$/;

/**
 * Reads one Application from JSON, as kubectl and Argo CD's API both give it.
 *
 * @param place what to call it in errors
 * @throws {GitopsError} `invalid`
 */
export function readApplication(json: string, place: string): Application {
  return fromManifest(readJson(Manifest, json, place));
}

/** As {@link readApplication}, for a list of them. @throws {GitopsError} `invalid` */
export function readApplications(json: string, place: string): Application[] {
  // Argo CD's API answers `null` for an empty list.
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
    complaints: conditions.filter(({ type }) => COMPLAINT.test(type)).map(({ message }) => message),
    ...(last && { operation: { phase: last.phase ?? '', message: last.message ?? '' } }),
    rejected: (last?.syncResult?.resources ?? [])
      .filter(({ status, hookPhase }) => status === 'SyncFailed' || hookPhase === 'Failed')
      .map(({ kind, name, message = '' }) => ({ resource: `${kind}/${name}`, message })),
    stale: isStale(status.reconciledAt, last?.finishedAt),
    images: status.summary?.images ?? [],
    resources: status.resources ?? [],
  };
}

/** Times have seconds only, so an equal one may still be older. */
function isStale(reconciledAt: string | undefined, finishedAt: string | undefined): boolean {
  if (finishedAt === undefined) return false;
  return reconciledAt === undefined || Date.parse(reconciledAt) < Date.parse(finishedAt);
}
