{{/* Allowed sources: the gateway's addresses and namespace, if the app is routed and they are set. */}}
{{- define "service.ingressPeers" -}}
{{- if include "service.isRouted" . -}}
{{- $sources := .Values.environment.gateway.sources | default dict -}}
{{- range $sources.cidrs }}
- ipBlock:
    cidr: {{ . | quote }}
{{- end }}
{{- with $sources.namespaceLabels }}
- namespaceSelector:
    matchLabels:
      {{- range $label, $value := . }}
      {{ $label | quote }}: {{ $value | quote }}
      {{- end }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* Allowed destinations of one entry: exactly one of cidrs, app and internet, which the schema ensures. */}}
{{- define "service.egressPeers" -}}
{{- range .cidrs }}
- ipBlock:
    cidr: {{ . | quote }}
{{- end }}
{{- with .app }}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ . | quote }}
  {{- with $.namespace }}
  namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- if .internet }}
- ipBlock:
    cidr: 0.0.0.0/0
    except: # private networks, and the metadata services of the clouds
      - 10.0.0.0/8
      - 100.64.0.0/10
      - 169.254.0.0/16
      - 172.16.0.0/12
      - 192.168.0.0/16
{{- end }}
{{- end -}}
