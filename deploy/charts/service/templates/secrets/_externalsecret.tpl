{{/* The key contains the app's name: other apps' secrets stay closed. No templates: the operator runs them. */}}
{{- define "service.externalSecretSpec" -}}
{{- $prefix := .Values.environment.secretStore.prefix -}}
refreshInterval: 1m0s # how long a rotation may take to arrive
secretStoreRef:
  kind: SecretStore
  name: {{ include "service.name" . }}
target:
  name: {{ include "service.secretName" . }}
  creationPolicy: Owner
  deletionPolicy: Retain # whatever happens in Vault, pods keep the last good secret
dataFrom:
  - extract:
      key: {{ compact (list $prefix (include "service.name" .) .Values.secretFiles.name) | join "/" | quote }}
{{- end -}}
