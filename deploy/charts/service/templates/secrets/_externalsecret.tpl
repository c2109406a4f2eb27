{{/* The key contains the app's name: other apps' secrets stay closed. No templates: the operator runs them. */}}
{{- define "service.externalSecretSpec" -}}
{{- $prefix := .Values.environment.secretStore.prefix -}}
refreshInterval: 1m0s # a rotated secret arrives after this time at the latest
secretStoreRef:
  kind: SecretStore
  name: {{ include "service.name" . }}
target:
  name: {{ include "service.secretName" . }}
  creationPolicy: Owner
  deletionPolicy: Retain # pods keep the last secret if Vault loses it
dataFrom:
  - extract:
      key: {{ compact (list $prefix (include "service.name" .) .Values.secretFiles.name) | join "/" | quote }}
{{- end -}}
