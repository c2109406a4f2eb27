{{/* Labels of the platform's objects in Argo CD. */}}
{{- define "platform.labels" -}}
app.kubernetes.io/name: platform
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The repository of the ledger. Default: the repository of charts and values. */}}
{{- define "platform.ledgerRepository" -}}
{{- .Values.ledger.repository | default .Values.repository -}}
{{- end -}}

{{/* A path on the ledger branch, below its folder. */}}
{{- define "platform.ledgerPath" -}}
{{- join "/" (compact (list .root.Values.ledger.folder .path)) -}}
{{- end -}}
