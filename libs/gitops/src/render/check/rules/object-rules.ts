import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { placeOf, type Manifest } from '../../helm/manifest.ts';
import { containersOf, podsOf } from '../manifests/pods.ts';
import type { Rule, RuleText } from './rule.ts';

/** A rule about each pod, of any kind of workload. */
export function podRule(text: RuleText, isBroken: (pod: IPodSpec) => boolean): Rule {
  return {
    ...text,
    find: ({ manifests }) =>
      podsOf(manifests)
        .filter(({ spec }) => isBroken(spec))
        .map(({ place }) => ({ place })),
  };
}

/**
 * A rule about each container of each pod.
 *
 * @param which the containers. @default all, init and ephemeral containers too
 */
export function containerRule(
  text: RuleText,
  isBroken: (container: IContainer, pod: IPodSpec) => boolean,
  which: (pod: IPodSpec) => IContainer[] = containersOf,
): Rule {
  return {
    ...text,
    find: ({ manifests }) =>
      podsOf(manifests).flatMap(({ spec, place }) =>
        which(spec)
          .filter((container) => isBroken(container, spec))
          .map(({ name }) => ({ place: `${place} container ${name}` })),
      ),
  };
}

/** A rule about each object of one kind, which may look at all other objects. */
export function kindRule<T extends object>(
  text: RuleText,
  kind: string,
  isBroken: (object: T, all: readonly Manifest[]) => boolean,
): Rule {
  return {
    ...text,
    find: ({ manifests }) =>
      manifests
        .filter((manifest) => manifest.kind === kind && isBroken(manifest as unknown as T, manifests))
        .map((manifest) => ({ place: placeOf(manifest) })),
  };
}
