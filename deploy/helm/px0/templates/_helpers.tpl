{{- /* What labels every object besides its own. */}}
{{- define "px0.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- /* The image of a service: (list $ "render"). */}}
{{- define "px0.image" -}}
{{- $root := index . 0 }}
{{- $service := index . 1 }}
{{- $image := $root.Values.image }}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.prefix }}{{ $service }}
{{- with index $image.digests $service }}@{{ . }}{{ else }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* The name that users know px0 by. */}}
{{- define "px0.host" -}}
{{- required "host must be set for ingress and gatewayApi" .Values.host }}
{{- end }}

{{- /* A variable's text: YAML reads numbers as floating point, and a large one would be written with an exponent. */}}
{{- define "px0.text" -}}
{{- if kindIs "float64" . }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- /* A checksum of ConfigMaps, so that pods are replaced when one changes: (list $ "px0-process" …). */}}
{{- define "px0.checksum.config" -}}
{{- $root := first . }}
{{- $text := "" }}
{{- range rest . }}{{ $text = print $text "\n" (include (print "px0.config." .) $root) }}{{ end }}
{{- sha256sum $text }}
{{- end }}

{{- /*
A checksum of secrets: (list $ "database" …). Of those that the chart does not make, Helm asks the cluster while it installs or upgrades; `helm template`
cannot, and then changing them takes `secrets.NAME.name` or a restart.
*/}}
{{- define "px0.checksum.secrets" -}}
{{- $root := first . }}
{{- $text := "" }}
{{- range rest . }}
{{- $name := (index $root.Values.secrets .).name }}
{{- $made := include (print "px0.secret." .) $root }}
{{- $there := "" }}
{{- if not $made }}{{ $there = (lookup "v1" "Secret" $root.Release.Namespace $name).data | toJson }}{{ end }}
{{- $text = print $text "\n" $name "\n" $made $there }}
{{- end }}
{{- sha256sum $text }}
{{- end }}

{{- /* A job's name, which ends with a checksum of its pod: (list $ "migrate-identity"). */}}
{{- define "px0.jobName" -}}
{{- $name := index . 1 }}
{{- printf "%s-%s" $name (include (print "px0.pod." $name) (first .) | sha256sum | trunc 8) }}
{{- end }}
