{{/* The only container. The digest selects its image; the tag is for people. */}}
{{- define "service.container" -}}
name: app
image: {{ printf "%s:%s@%s" .Values.image.repository .Values.image.tag .Values.image.digest | quote }}
imagePullPolicy: IfNotPresent # a digest never changes
ports:
  - name: http
    containerPort: {{ int .Values.port }}
env:
  {{- include "service.env" . | nindent 2 }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- with .Values.probes }}
startupProbe:
  httpGet:
    path: {{ .liveness | quote }}
    port: http
  periodSeconds: 2
  failureThreshold: {{ include "service.startupFailures" $ }}
livenessProbe:
  httpGet:
    path: {{ .liveness | quote }}
    port: http
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: {{ .readiness | quote }}
    port: http
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ int .Values.shutdown.preStopSeconds }} # until every gateway has removed this pod
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- if or .Values.secretFiles.name .Values.tmpSize }}
volumeMounts:
  {{- if .Values.secretFiles.name }}
  - name: secret-files
    mountPath: {{ .Values.secretFiles.mountPath | quote }}
    readOnly: true
  {{- end }}
  {{- if .Values.tmpSize }}
  - name: tmp
    mountPath: /tmp
  {{- end }}
{{- end }}
{{- end -}}

{{/* Variables: the chart's, then the app's. `$` is doubled, because Kubernetes would replace $(NAME). */}}
{{- define "service.env" -}}
- name: PORT
  value: {{ int .Values.port | quote }}
- name: REVISION
  value: {{ .Values.image.tag | quote }}
- name: DRAIN_DELAY_MS
  value: {{ mul (int .Values.shutdown.drainSeconds) 1000 | quote }}
- name: CLOSE_TIMEOUT_MS
  value: {{ mul (int .Values.shutdown.closeSeconds) 1000 | quote }}
{{- with include "service.trustedProxies" . }}
- name: TRUST_PROXY
  value: {{ . | quote }}
{{- end }}
{{- range $name, $value := .Values.env }}
- name: {{ $name | quote }}
  value: {{ $value | replace "$" "$$" | quote }}
{{- end }}
{{- end -}}
