{{- define "latchkey.name" -}}
{{- if contains "latchkey" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-latchkey" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "latchkey.selector" -}}
app.kubernetes.io/name: latchkey
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "latchkey.labels" -}}
{{ include "latchkey.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "latchkey.secret" -}}
{{ .Values.secrets.existing | default (include "latchkey.name" .) }}
{{- end }}

{{- define "latchkey.routes" -}}
{{ .Values.existingRoutes | default (printf "%s-routes" (include "latchkey.name" .)) }}
{{- end }}

{{- define "latchkey.hasSecret" -}}
{{- if or .Values.secrets.existing .Values.secrets.create }}true{{ end }}
{{- end }}

{{/* Which property is read from which key of the Secret, as JSON. */}}
{{- define "latchkey.secretProperties" -}}
{{- $all := dict }}
{{- range $property, $key := .Values.secrets.properties }}{{ $_ := set $all $property $key }}{{ end }}
{{- if not .Values.secrets.existing }}
{{- range $property, $value := .Values.secrets.create }}{{ $_ := set $all $property $property }}{{ end }}
{{- end }}
{{- $all | toJson }}
{{- end }}
