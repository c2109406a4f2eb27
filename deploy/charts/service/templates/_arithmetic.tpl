{{/* Derived numbers. They are not values, so a values file cannot set them wrong. */}}

{{/* Grace period in seconds: all shutdown phases plus 5, because a pod that takes longer is killed. */}}
{{- define "service.graceSeconds" -}}
{{- with .Values.shutdown -}}
{{- add (int .preStopSeconds) (int .drainSeconds) (int .closeSeconds) 5 -}}
{{- end -}}
{{- end -}}

{{/* Number of failed startup probes, one every two seconds, after which a start has failed. */}}
{{- define "service.startupFailures" -}}
{{- div (add (int .Values.probes.startupSeconds) 1) 2 -}}
{{- end -}}

{{/* Converts an amount of memory to Mi. */}}
{{- define "service.mebibytes" -}}
{{- if hasSuffix "Gi" . -}}
{{- mul (trimSuffix "Gi" . | int) 1024 -}}
{{- else -}}
{{- trimSuffix "Mi" . | int -}}
{{- end -}}
{{- end -}}

{{/* Minimum number of pods. */}}
{{- define "service.minReplicas" -}}
{{- if .Values.autoscaling -}}
{{- .Values.autoscaling.minReplicas | default 2 | int -}}
{{- else -}}
{{- int .Values.replicas -}}
{{- end -}}
{{- end -}}
