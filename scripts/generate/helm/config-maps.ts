/** ConfigMaps as named templates, so that pods can carry a checksum of those that they read. */
import { type Component, valuesOfConfigMap } from './components.ts';
import type { Entries, ReadFile, Source } from './kustomize-source.ts';
import { entriesIf, include, includedEntries, templateText, value } from './marks.ts';

/** The configuration of a NATS server that is alone; only an overlay has it. */
const aloneConfiguration = 'k8s/overlays/dev/cluster.conf';

interface Change {
  readonly condition: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Named templates of every ConfigMap's entries, and the ConfigMaps. */
export function configMapTemplates(
  base: Source,
  components: readonly Component[],
  readFile: ReadFile,
): { readonly definitions: string; readonly objects: ReadonlyMap<string, string> } {
  const all = [
    ...base.configMaps.map((entries) => ({ entries, condition: undefined })),
    ...components.flatMap(({ condition, source }) =>
      source.configMaps.filter((one) => !one.merged).map((entries) => ({ entries, condition })),
    ),
  ];
  const definitions: string[] = [];
  const objects = new Map<string, string>();
  for (const { entries, condition } of all) {
    const changes = components.flatMap((component) =>
      component.source.configMaps
        .filter((one) => one.merged && one.name === entries.name)
        .map(({ data }) => ({ condition: component.condition, data })),
    );
    const body = entries.variables
      ? variables(entries, changes)
      : files(entries, changes, readFile(aloneConfiguration));
    definitions.push(`{{- define "px0.config.${entries.name}" -}}\n${body}\n{{- end }}\n`);
    objects.set(entries.name, configMap(entries, conditionOf(entries.name, condition)));
  }
  return { definitions: definitions.join('\n'), objects };
}

function conditionOf(name: string, condition: string | undefined): string | undefined {
  return name.startsWith('px0-nats-') ? '.Values.nats.enabled' : condition;
}

function configMap({ name, labels }: Entries, condition: string | undefined): string {
  const text = templateText({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { ...labels, ...includedEntries('px0.labels') } },
    data: include(`px0.config.${name}`),
  });
  return condition === undefined ? `---\n${text}` : `{{- if ${condition} }}\n---\n${text}{{- end }}\n`;
}

/** What the values say, which began as the base's file; then what components set. */
function variables({ name }: Entries, changes: readonly Change[]): string {
  const values = valuesOfConfigMap[name];
  if (values === undefined) throw new Error(`components.ts gives no value for the ConfigMap ${name}`);
  const set = (variable: string, expression: string) =>
    `{{- $_ := set $data "${variable}" (${expression}) }}`;
  const lines = [
    '{{- $data := dict }}',
    `{{- range $name, $value := .Values.config.${values} }}`,
    '{{- if not (kindIs "invalid" $value) }}{{ $_ := set $data $name (include "px0.text" $value) }}{{ end }}',
    '{{- end }}',
  ];
  for (const { condition, data } of changes) {
    const entries = Object.entries(data).map(([variable, text]) => set(variable, JSON.stringify(text)));
    lines.push(`{{- if ${condition} }}`, ...entries, '{{- end }}');
  }
  if (name === 'px0-stream')
    lines.push(
      set('PX0_STREAM_REPLICAS', 'include "px0.text" .Values.nats.replicas'),
      '{{- if not .Values.nats.enabled }}',
      set('NATS_URL', 'required "nats.url must be set when nats.enabled is false" .Values.nats.url'),
      '{{- else if eq (int .Values.nats.replicas) 1 }}',
      '{{- if .Values.nats.tls.enabled }}',
      set('NATS_URL', '"tls://nats:4222"'),
      '{{- else }}',
      set('NATS_URL', '"nats://nats:4222"'),
      '{{- end }}',
      '{{- end }}',
    );
  // A wildcard names no address.
  if (name === 'px0-identity')
    lines.push(
      '{{- if and .Values.host (ne (trunc 1 .Values.host) "*") (not (index $data "CONSOLE_URL")) }}',
      '{{- if and .Values.ingress.enabled (not .Values.ingress.tls) (not .Values.gatewayApi.enabled) }}',
      set('CONSOLE_URL', 'print "http://" .Values.host'),
      '{{- else }}',
      set('CONSOLE_URL', 'print "https://" .Values.host'),
      '{{- end }}',
      '{{- end }}',
    );
  if (name === 'px0-process')
    lines.push(
      '{{- if and .Values.telemetry.endpoint (not .Values.telemetry.enabled) }}',
      set('OTEL_EXPORTER_OTLP_ENDPOINT', '.Values.telemetry.endpoint'),
      '{{- end }}',
    );
  return `${lines.join('\n')}\n{{- toYaml $data }}`;
}

function files({ name, data }: Entries, changes: readonly Change[], alone: string): string {
  const entries = Object.entries(data).map(([file, text]) => {
    const change = changes.find((one) => file in one.data);
    if (file === 'cluster.conf')
      return entriesIf('gt (int .Values.nats.replicas) 1', { [file]: text }, { [file]: alone });
    if (change !== undefined)
      return entriesIf(change.condition, { [file]: change.data[file] }, { [file]: text });
    return { [file]: file.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : withValues(name, text) };
  });
  const unknown = changes.flatMap((one) => Object.keys(one.data)).find((file) => !(file in data));
  if (unknown !== undefined) throw new Error(`the ConfigMap ${name} has no ${unknown} to replace`);
  return templateText(Object.assign({}, ...entries)).trimEnd();
}

function withValues(name: string, text: string): string {
  return name === 'px0-nats-config'
    ? text.replace(
        /(max_file_store: )\S+/,
        (_, before: string) => `${before}${value('.Values.nats.maxFileStore')}`,
      )
    : text;
}

/** How much JetStream may store, as the base says. */
export function maxFileStore(base: Source): string {
  const text = base.configMaps.find((one) => one.name === 'px0-nats-config')?.data['nats.conf'] ?? '';
  const [, found] = /max_file_store: (\S+)/.exec(text) ?? [];
  if (found === undefined) throw new Error('nats.conf has no max_file_store');
  return found;
}
