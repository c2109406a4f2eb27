import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type Manifest, placeOf } from '@slipway/gitops/render';
import { containersOf, podsOf } from '../manifests/pods.ts';

/** Something that a rule forbids, and where it stands. */
export interface Problem {
  readonly rule: string;
  readonly place: string;
  readonly message: string;
}

/** One promise about everything that a chart renders, looked at as a whole. */
export interface Rule {
  readonly id: string;
  readonly find: (manifests: readonly Manifest[]) => Problem[];
}

/** All problems that a set of rules finds. */
export function check(rules: readonly Rule[], manifests: readonly Manifest[]): Problem[] {
  return rules.flatMap(({ find }) => find(manifests));
}

/** A rule about every pod, whatever makes it. */
export function podRule(id: string, message: string, broken: (pod: IPodSpec) => boolean): Rule {
  return {
    id,
    find: (manifests) =>
      podsOf(manifests)
        .filter(({ spec }) => broken(spec))
        .map(({ place }) => ({ rule: id, place, message })),
  };
}

/** A rule about every container of every pod: also those that run before, and those that are added later. */
export function containerRule(
  id: string,
  message: string,
  broken: (container: IContainer, pod: IPodSpec) => boolean,
  which: (pod: IPodSpec) => IContainer[] = containersOf,
): Rule {
  return {
    id,
    find: (manifests) =>
      podsOf(manifests).flatMap(({ spec, place }) =>
        which(spec)
          .filter((container) => broken(container, spec))
          .map(({ name }) => ({ rule: id, place: `${place} container ${name}`, message })),
      ),
  };
}

/** A rule about every object of one kind, which may look at all others. */
export function kindRule<T extends object>(
  id: string,
  kind: string,
  message: string,
  broken: (object: T, all: readonly Manifest[]) => boolean,
): Rule {
  return {
    id,
    find: (manifests) =>
      manifests
        .filter((manifest) => manifest.kind === kind && broken(manifest as unknown as T, manifests))
        .map((manifest) => ({ rule: id, place: placeOf(manifest), message })),
  };
}
