{{/* Numbers that follow from others, so that no values file can get them wrong. */}}

{{/* How long a pod may take to end, in seconds: all phases of the shutdown, and five to spare, because what is late is killed. */}}
{{- define "service.graceSeconds" -}}
{{- with .Values.shutdown -}}
{{- add (int .preStopSeconds) (int .drainSeconds) (int .closeSeconds) 5 -}}
{{- end -}}
{{- end -}}

{{/* Failures at one probe every two seconds until a start has failed. */}}
{{- define "service.startupFailures" -}}
{{- div (add (int .Values.probes.startupSeconds) 1) 2 -}}
{{- end -}}

{{/* An amount of memory in Mi. */}}
{{- define "service.mebibytes" -}}
{{- if hasSuffix "Gi" . -}}
{{- mul (trimSuffix "Gi" . | int) 1024 -}}
{{- else -}}
{{- trimSuffix "Mi" . | int -}}
{{- end -}}
{{- end -}}

{{/* The fewest pods that run. */}}
{{- define "service.minReplicas" -}}
{{- if .Values.autoscaling -}}
{{- .Values.autoscaling.minReplicas | default 2 | int -}}
{{- else -}}
{{- int .Values.replicas -}}
{{- end -}}
{{- end -}}
