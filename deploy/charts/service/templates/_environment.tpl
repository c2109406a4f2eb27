{{/* Questions to the environment block. Every key of it may be absent; a yes is "true", a no is empty. */}}

{{/* Is there a gateway, a domain, and a path to route? */}}
{{- define "service.isRouted" -}}
{{- $gateway := .Values.environment.gateway | default dict -}}
{{- if and .Values.route.paths $gateway.name .Values.environment.domain -}}
true
{{- end -}}
{{- end -}}

{{/* The public name. An app may choose one, but only below the environment's domain: other names are other people's. */}}
{{- define "service.hostname" -}}
{{- $domain := .Values.environment.domain -}}
{{- $hostname := .Values.route.hostname | default (printf "%s.%s" (include "service.name" .) $domain) -}}
{{- if not (hasSuffix (printf ".%s" $domain) $hostname) -}}
{{- fail (printf "route.hostname %q is not below the environment's domain %q: use a name that ends with .%s" $hostname $domain $domain) -}}
{{- end -}}
{{- $hostname -}}
{{- end -}}

{{/* Do this app's secrets come from a store? */}}
{{- define "service.hasStore" -}}
{{- $store := .Values.environment.secretStore | default dict -}}
{{- if and .Values.secretFiles.name $store.server -}}
true
{{- end -}}
{{- end -}}

{{/* Addresses whose X-Forwarded-* is believed, separated by commas: the gateway's, as only they reach a pod. */}}
{{- define "service.trustedProxies" -}}
{{- if include "service.isRouted" . -}}
{{- $gateway := .Values.environment.gateway -}}
{{- $sources := $gateway.sources | default dict -}}
{{- join "," ($gateway.proxies | default $sources.cidrs | default list) -}}
{{- end -}}
{{- end -}}
