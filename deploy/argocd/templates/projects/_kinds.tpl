{{/* Kinds of the apps' project by API group: those of the service chart, and what Kubernetes makes of them, to be seen in Argo CD. */}}
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
