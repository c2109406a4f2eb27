{{/* Queries of the environment block. All its keys are optional. A condition gives "true" or no text. */}}

{{/* Whether the app has a path, and the environment a gateway and a domain. */}}
{{- define "service.isRouted" -}}
{{- $gateway := .Values.environment.gateway | default dict -}}
{{- if and .Values.route.paths $gateway.name .Values.environment.domain -}}
true
{{- end -}}
{{- end -}}

{{/* The public host name. An app may set it, but only below the domain, because others own other names. */}}
{{- define "service.hostname" -}}
{{- $domain := .Values.environment.domain -}}
{{- $hostname := .Values.route.hostname | default (printf "%s.%s" (include "service.name" .) $domain) -}}
{{- if not (hasSuffix (printf ".%s" $domain) $hostname) -}}
{{- fail (printf "route.hostname %q is not below the environment's domain %q: use a name that ends with .%s" $hostname $domain $domain) -}}
{{- end -}}
{{- $hostname -}}
{{- end -}}

{{/* Whether the app's secrets come from a secret store. */}}
{{- define "service.hasStore" -}}
{{- $store := .Values.environment.secretStore | default dict -}}
{{- if and .Values.secretFiles.name $store.server -}}
true
{{- end -}}
{{- end -}}

{{/* Addresses whose X-Forwarded-* is trusted: the gateway's, because only the gateway reaches pods. */}}
{{- define "service.trustedProxies" -}}
{{- if include "service.isRouted" . -}}
{{- $gateway := .Values.environment.gateway -}}
{{- $sources := $gateway.sources | default dict -}}
{{- join "," ($gateway.proxies | default $sources.cidrs | default list) -}}
{{- end -}}
{{- end -}}
