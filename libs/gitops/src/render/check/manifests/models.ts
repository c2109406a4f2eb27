import { ExternalSecret } from '@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret';
import { SecretStore } from '@kubernetes-models/external-secrets/external-secrets.io/v1/SecretStore';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { ApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { Manifest } from '@slipway/gitops/render';

/** What is known of a kind of object. */
export interface Kind {
  /** Where the TypeScript type of its fields is. */
  readonly module: string;
  /** The name of that type. */
  readonly type: string;
  /** Its values: throws with all that is wrong. Where there is none, the type says all. */
  readonly validate?: (manifest: Manifest) => void;
}

const CORE = 'kubernetes-models';
const GATEWAY = '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
const ARGOCD = '@kubernetes-models/argo-cd/argoproj.io/v1alpha1';
const SECRETS = '@kubernetes-models/external-secrets/external-secrets.io/v1';

/** Every kind that a chart of this platform may bring, by `apiVersion kind`. */
export const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['v1 Service', modelled(`${CORE}/v1/Service`, Service)],
  ['v1 ServiceAccount', modelled(`${CORE}/v1/ServiceAccount`, ServiceAccount)],
  ['v1 ConfigMap', modelled(`${CORE}/v1/ConfigMap`, ConfigMap)],
  ['argoproj.io/v1alpha1 AppProject', modelled(`${ARGOCD}/AppProject`, AppProject)],
  ['argoproj.io/v1alpha1 Application', modelled(`${ARGOCD}/Application`, Application)],
  ['argoproj.io/v1alpha1 ApplicationSet', modelled(`${ARGOCD}/ApplicationSet`, ApplicationSet)],
  ['apps/v1 Deployment', modelled(`${CORE}/apps/v1/Deployment`, Deployment)],
  [
    'autoscaling/v2 HorizontalPodAutoscaler',
    modelled(`${CORE}/autoscaling/v2/HorizontalPodAutoscaler`, HorizontalPodAutoscaler),
  ],
  [
    'networking.k8s.io/v1 NetworkPolicy',
    modelled(`${CORE}/networking.k8s.io/v1/NetworkPolicy`, NetworkPolicy),
  ],
  ['policy/v1 PodDisruptionBudget', modelled(`${CORE}/policy/v1/PodDisruptionBudget`, PodDisruptionBudget)],
  ['rbac.authorization.k8s.io/v1 Role', modelled(`${CORE}/rbac.authorization.k8s.io/v1/Role`, Role)],
  [
    'rbac.authorization.k8s.io/v1 RoleBinding',
    modelled(`${CORE}/rbac.authorization.k8s.io/v1/RoleBinding`, RoleBinding),
  ],
  ['gateway.networking.k8s.io/v1 HTTPRoute', modelled(`${GATEWAY}/HTTPRoute`, HTTPRoute)],
  ['external-secrets.io/v1 ExternalSecret', modelled(`${SECRETS}/ExternalSecret`, ExternalSecret)],
  ['external-secrets.io/v1 SecretStore', modelled(`${SECRETS}/SecretStore`, SecretStore)],
  [
    'gateway.k8s.aws/v1 TargetGroupConfiguration',
    { module: './target-group-configuration.ts', type: 'TargetGroupConfiguration' },
  ],
]);

export const kindOf = ({ apiVersion, kind }: Manifest): Kind | undefined =>
  KINDS.get(`${apiVersion} ${kind}`);

/** A class of kubernetes-models: `IName` is the type of its fields. */
interface ModelClass {
  readonly kind: string;
  new (data: never): { validate(): void };
}

function modelled(module: string, model: ModelClass): Kind {
  return {
    module,
    type: `I${model.kind}`,
    validate: (manifest) => new model(manifest as never).validate(),
  };
}
