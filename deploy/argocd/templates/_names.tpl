{{/* What is ours in Argo CD. */}}
{{- define "platform.labels" -}}
app.kubernetes.io/name: platform
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The repository of the ledger: the one with charts and values, unless another is named. */}}
{{- define "platform.ledgerRepository" -}}
{{- .Values.ledger.repository | default .Values.repository -}}
{{- end -}}

{{/* A place on the ledger branch, below its folder. */}}
{{- define "platform.ledgerPath" -}}
{{- join "/" (compact (list .root.Values.ledger.folder .path)) -}}
{{- end -}}
