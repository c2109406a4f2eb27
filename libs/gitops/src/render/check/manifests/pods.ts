import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { placeOf, type Manifest } from '../../helm/manifest.ts';

/** A pod that an object creates. */
export interface Pod {
  readonly place: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
}

/** Every pod that the manifests create, of any kind of workload. */
export function podsOf(manifests: readonly Manifest[]): Pod[] {
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (!template?.spec) return [];
    return [{ place: placeOf(manifest), labels: template.metadata?.labels ?? {}, spec: template.spec }];
  });
}

/** Every container of a pod: init and ephemeral containers too. */
export function containersOf(pod: IPodSpec): IContainer[] {
  // An ephemeral container has the fields of a container that the rules look at.
  const added = (pod.ephemeralContainers ?? []) as readonly IContainer[];
  return [...(pod.initContainers ?? []), ...pod.containers, ...added];
}

function templateOf(manifest: Manifest): IPodTemplateSpec | undefined {
  if (manifest.kind === 'Pod') return manifest as IPodTemplateSpec;
  const spec = manifest.spec as
    { template?: IPodTemplateSpec; jobTemplate?: { spec?: { template?: IPodTemplateSpec } } } | undefined;
  const template = spec?.template ?? spec?.jobTemplate?.spec?.template;
  // Other kinds have templates too, but not of pods.
  return template?.spec?.containers ? template : undefined;
}
