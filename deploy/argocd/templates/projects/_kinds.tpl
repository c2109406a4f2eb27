{{/* Kinds of the project `apps`, by API group: those of the service chart, and derived kinds to show. */}}
{{- define "platform.appKinds" -}}
'': [Service, ServiceAccount, Pod]
apps: [Deployment, ReplicaSet]
autoscaling: [HorizontalPodAutoscaler]
discovery.k8s.io: [EndpointSlice]
external-secrets.io: [ExternalSecret, SecretStore]
gateway.k8s.aws: [TargetGroupConfiguration]
gateway.networking.k8s.io: [HTTPRoute]
networking.k8s.io: [NetworkPolicy]
policy: [PodDisruptionBudget]
rbac.authorization.k8s.io: [Role, RoleBinding]
{{- end -}}
