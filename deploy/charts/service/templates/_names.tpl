{{/* The name of all objects. Helm allows names that a Service refuses or that YAML reads as booleans. */}}
{{- define "service.name" -}}
{{- if or (not (regexMatch "^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$" .Release.Name)) (has .Release.Name (list "y" "n" "yes" "no" "on" "off" "true" "false" "null")) -}}
{{- fail (printf "the release name %q cannot name a Service: use a word of lower-case letters, digits and '-' that starts with a letter" .Release.Name) -}}
{{- end -}}
{{- .Release.Name -}}
{{- end -}}

{{/* Labels that select the pods of this release. They must never change. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ include "service.name" . }}
app.kubernetes.io/instance: {{ include "service.name" . }}
{{- end -}}

{{/* Labels of all objects. */}}
{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.owner }}
owner: {{ . | quote }}
{{- end }}
{{- end -}}

{{/* The Secret that the pods mount. */}}
{{- define "service.secretName" -}}
{{ include "service.name" . }}-{{ .Values.secretFiles.name }}
{{- end -}}

{{/* The service account with which External Secrets reads this app's secrets only. */}}
{{- define "service.secretReader" -}}
{{ include "service.name" . }}-eso
{{- end -}}
