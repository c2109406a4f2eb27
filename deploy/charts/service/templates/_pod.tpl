{{/* The pod: Pod Security "restricted", and stricter. No value can disable this. */}}
{{- define "service.pod" -}}
serviceAccountName: {{ include "service.name" . }}
automountServiceAccountToken: false # pods hold no credentials of the cluster
enableServiceLinks: false # other services are found by DNS, not by variables
terminationGracePeriodSeconds: {{ include "service.graceSeconds" . }} # preStop + drain + close + 5
{{- with .Values.environment.imagePullSecret }}
imagePullSecrets:
  - name: {{ . | quote }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway # pods on one node are better than pending pods
    labelSelector:
      matchLabels:
        {{- include "service.selector" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash] # pods of the previous version do not count
  {{- end }}
containers:
  - {{ include "service.container" . | indent 4 | trim }}
{{- if or .Values.secretFiles.name .Values.tmpSize }}
volumes:
  {{- if .Values.secretFiles.name }}
  - name: secret-files
    secret:
      secretName: {{ include "service.secretName" . }}
      defaultMode: 288 # 0440, for the group of the pod
  {{- end }}
  {{- with .Values.tmpSize }}
  - name: tmp
    emptyDir:
      sizeLimit: {{ . }} # a pod that writes more is evicted, so it cannot fill its node
  {{- end }}
{{- end }}
{{- end -}}
