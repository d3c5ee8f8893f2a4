/** Objects of the kustomize folders with the chart's values in them, as templates. */
import { type Component, valuesOfEgress, valuesOfSecret, valuesOfWorkload } from './components.ts';
import { descend, type KubernetesObject, listOf, type Mapping, mappingOf } from './kustomize-source.ts';
import {
  block,
  elementsIf,
  entriesIf,
  include,
  includedEntries,
  moreElements,
  moreEntries,
  optional,
  templateText,
  value,
} from './marks.ts';

/** Where the pod is in each kind that makes pods. */
const podPaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

const autoscaled = ['gateway', 'render'];

export interface ObjectTemplate {
  /** A named template that the object includes; empty if it needs none. */
  readonly definition: string;
  readonly text: string;
}

/** @param condition under which its folder is chosen; undefined for the base */
export function objectTemplate(
  source: KubernetesObject,
  condition: string | undefined,
  components: readonly Component[],
): ObjectTemplate {
  const object = structuredClone(source);
  const { kind, metadata } = object;
  addFromComponents(object, components);
  const podPath = podPaths[kind];
  if (podPath !== undefined) changePod(object, mappingOf(descend(object, podPath)));
  changeKind(object);
  metadata['labels'] = { ...mappingOf(metadata['labels'] ?? {}), ...includedEntries('px0.labels') };
  const definition = kind === 'Job' ? extractPod(object) : '';
  const conditions = [condition, conditionOf(object)].filter((one) => one !== undefined);
  const text = `---\n${templateText(object)}`;
  if (conditions.length === 0) return { definition, text };
  const [first = '', ...more] = conditions;
  const all = more.length === 0 ? first : `and ${[first, ...more].map(operand).join(' ')}`;
  return { definition, text: `{{- if ${all} }}\n${text}{{- end }}\n` };
}

function operand(expression: string): string {
  return expression.includes(' ') ? `(${expression})` : expression;
}

/** What must be so for an object to be there, besides the choice of its folder. */
function conditionOf({ kind, metadata }: KubernetesObject): string | undefined {
  switch (kind) {
    case 'NetworkPolicy':
      return '.Values.networkPolicies.enabled';
    case 'PriorityClass':
      return '.Values.priorityClass.create';
    case 'HorizontalPodAutoscaler':
      return `.Values.${metadata.name}.autoscaling.enabled`;
    case 'ServiceMonitor':
    case 'PrometheusRule':
      return '.Values.telemetry.operator.enabled';
    case 'Certificate':
      return '.Values.nats.tls.certManager.enabled';
    case 'CronJob':
      return '.Values.compact.enabled';
    default:
      return ['nats', 'nats-peers'].includes(metadata.name) ? '.Values.nats.enabled' : undefined;
  }
}

function addFromComponents(object: KubernetesObject, components: readonly Component[]): void {
  for (const { condition, source } of components) {
    for (const addition of source.additions) {
      if (!addition.kind.test(object.kind) || !addition.name.test(object.metadata.name)) continue;
      const elements = [structuredClone(addition.value)];
      listOf(descend(object, addition.list)).push(...elementsIf(condition, elements));
    }
  }
}

function changePod(object: KubernetesObject, pod: Mapping): void {
  const { name } = object.metadata;
  const values = valuesOfWorkload[name];
  const spec = mappingOf(pod['spec']);
  const reads = JSON.stringify(pod);
  const names = (pattern: RegExp) =>
    [...new Set([...reads.matchAll(pattern)].map(([, one = '']) => one))].toSorted();
  const configs = names(/"configMap(?:Ref)?":\{"name":"([^"]+)"/g);
  const secrets = names(/"(?:secretKeyRef":\{"name|secret":\{"secretName)":"([^"]+)"/g).flatMap((secret) =>
    valuesOfSecret[secret] === undefined ? [] : [valuesOfSecret[secret]],
  );
  const metadata = mappingOf(pod['metadata']);
  const checksums = {
    ...(configs.length === 0
      ? {}
      : { 'checksum/config': value(`include "px0.checksum.config" (list $ ${quoted(configs)})`) }),
    ...(secrets.length === 0
      ? {}
      : { 'checksum/secrets': value(`include "px0.checksum.secrets" (list $ ${quoted(secrets)})`) }),
  };
  const given = { ...mappingOf(metadata['annotations'] ?? {}), ...checksums };
  const chosen = `.Values.${values}.podAnnotations`;
  if (Object.keys(given).length > 0)
    metadata['annotations'] = { ...given, ...(values === undefined ? {} : moreEntries(chosen)) };
  else if (values !== undefined) metadata['annotations'] = optional(chosen);

  if (spec['priorityClassName'] !== undefined)
    pod['spec'] = replaced(spec, 'priorityClassName', (given) => ({
      ...entriesIf('.Values.priorityClass.name', { [given]: value('.Values.priorityClass.name | quote') }),
    }));
  const changed = mappingOf(pod['spec']);
  changed['imagePullSecrets'] = optional('.Values.image.pullSecrets');
  if (values !== undefined) {
    for (const key of ['nodeSelector', 'tolerations', 'affinity'])
      changed[key] = optional(`.Values.${values}.${key}`);
    if (name === 'nats')
      for (const constraint of listOf(changed['topologySpreadConstraints']).map(mappingOf))
        if (constraint['topologyKey'] === 'kubernetes.io/hostname')
          constraint['whenUnsatisfiable'] = value('.Values.nats.spread');
  }
  for (const container of listOf(changed['containers']))
    if (typeof container !== 'string') changeContainer(mappingOf(container), name, values);
  nameSecrets(changed);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(' ');
}

/** The mapping with other entries in the place of one. */
function replaced(from: Mapping, key: string, entries: (key: string) => Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(from).flatMap(([name, one]) =>
      name === key ? Object.entries(entries(key)) : [[name, one] as const],
    ),
  );
}

function changeContainer(container: Mapping, workload: string, values: string | undefined): void {
  const image = String(container['image']);
  const own = /^px0-(.+)$/.exec(image)?.[1];
  container['image'] =
    own === undefined
      ? value(`index .Values.otherImages ${JSON.stringify(container['name'])} | quote`)
      : value(`include "px0.image" (list $ ${JSON.stringify(own)}) | quote`);
  if (own !== undefined)
    Object.assign(
      container,
      entriesIf('.Values.image.pullPolicy', { imagePullPolicy: value('.Values.image.pullPolicy') }),
    );
  // A container beside the workload's own, such as an exporter, keeps what the manifest gives it.
  if (values === undefined || (own === undefined && container['name'] !== workload)) return;
  container['resources'] = block(`.Values.${values}.resources`);
  if (own === undefined) return;
  container['env'] = [...listOf(container['env'] ?? []), moreElements(`.Values.${values}.extraEnv`)];
}

/** Secrets have the names that the values give them. */
function nameSecrets(within: unknown): void {
  if (Array.isArray(within)) within.forEach(nameSecrets);
  if (typeof within !== 'object' || within === null || Array.isArray(within)) return;
  for (const [key, one] of Object.entries(mappingOf(within))) {
    const holder = key === 'secretKeyRef' ? 'name' : key === 'secret' ? 'secretName' : undefined;
    if (holder !== undefined && typeof one === 'object' && one !== null) {
      const reference = mappingOf(one);
      const known = valuesOfSecret[String(reference[holder])];
      if (known !== undefined) reference[holder] = value(`.Values.secrets.${known}.name | quote`);
    }
    nameSecrets(one);
  }
}

function changeKind(object: KubernetesObject): void {
  const { kind, metadata } = object;
  const { name } = metadata;
  const spec = mappingOf(object['spec'] ?? {});
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
      if (autoscaled.includes(name))
        object['spec'] = {
          ...entriesIf(`not .Values.${name}.autoscaling.enabled`, {
            replicas: value(`.Values.${name}.replicas`),
          }),
          ...spec,
        };
      else if (kind === 'Deployment' && valuesOfWorkload[name] !== undefined)
        spec['replicas'] = value(`.Values.${valuesOfWorkload[name]}.replicas`);
      if (name === 'nats') changeNats(spec);
      if (name === 'relay') {
        spec['replicas'] = value('.Values.relay.replicas');
        spec['volumeClaimTemplates'] = volumes(spec, 'relay');
      }
      if (name === 'postgres') spec['volumeClaimTemplates'] = volumes(spec, 'stores.postgres');
      return;
    case 'HorizontalPodAutoscaler':
      changeAutoscaler(spec, `.Values.${name}.autoscaling`);
      return;
    case 'CronJob':
      spec['schedule'] = value('.Values.compact.schedule | quote');
      return;
    case 'Job':
      metadata['annotations'] = optional('.Values.migrations.annotations');
      spec['ttlSecondsAfterFinished'] = value('int .Values.migrations.ttlSecondsAfterFinished');
      return;
    case 'PriorityClass':
      metadata.name = value('.Values.priorityClass.name | quote');
      object['value'] = value('int .Values.priorityClass.value');
      return;
    case 'NetworkPolicy':
      changePolicy(name, spec);
      return;
    case 'Ingress':
      changeIngress(object, spec);
      return;
    case 'HTTPRoute':
      spec['parentRefs'] = [block('.Values.gatewayApi.gateway')];
      spec['hostnames'] = [value('include "px0.host" . | quote')];
      return;
    case 'Certificate':
      spec['issuerRef'] = block('.Values.nats.tls.certManager.issuerRef');
      spec['secretName'] = value('.Values.secrets.natsTls.name | quote');
      return;
    case 'ServiceMonitor':
    case 'PrometheusRule':
      metadata['labels'] = moreEntries('.Values.telemetry.operator.labels');
      return;
    case 'RoleBinding':
    case 'ClusterRoleBinding':
      for (const subject of listOf(object['subjects']).map(mappingOf))
        subject['namespace'] = value('.Release.Namespace | quote');
      return;
    case 'Service':
      if (name === 'tempo') spec['externalName'] = value('.Values.telemetry.tempo | quote');
  }
}

function changeNats(spec: Mapping): void {
  spec['replicas'] = value('.Values.nats.replicas');
  spec['volumeClaimTemplates'] = volumes(spec, 'nats');
}

function volumes(spec: Mapping, values: string): unknown[] {
  return listOf(spec['volumeClaimTemplates']).map((claim) => {
    const claimed = mappingOf(mappingOf(claim)['spec']);
    const storageClass = `.Values.${values}.storage.className`;
    return {
      ...mappingOf(claim),
      spec: {
        ...claimed,
        resources: { requests: { storage: value(`.Values.${values}.storage.size`) } },
        ...entriesIf(storageClass, { storageClassName: value(`${storageClass} | quote`) }),
      },
    };
  });
}

function changeAutoscaler(spec: Mapping, values: string): void {
  spec['minReplicas'] = value(`${values}.minReplicas`);
  spec['maxReplicas'] = value(`${values}.maxReplicas`);
  const target = mappingOf(descend(spec, ['metrics', '0', 'resource', 'target']));
  target['averageUtilization'] = value(`${values}.averageUtilization`);
}

function changePolicy(name: string, spec: Mapping): void {
  const egress = valuesOfEgress[name];
  if (egress !== undefined) spec['egress'] = block(`.Values.networkPolicies.egress.${egress}`);
  if (name === 'nats-clients')
    spec['egress'] = [
      ...elementsIf('.Values.nats.enabled', listOf(spec['egress'])),
      ...elementsIf('not .Values.nats.enabled', [moreElements('.Values.networkPolicies.egress.nats')]),
    ];
  nameNamespaces(spec);
}

const valuesOfNamespace: Readonly<Record<string, string>> = {
  monitoring: '.Values.telemetry.namespace',
  gateways: '.Values.gatewayApi.gateway.namespace',
};

/** Other namespaces have the names that the values give them. */
function nameNamespaces(within: unknown): void {
  if (Array.isArray(within)) within.forEach(nameNamespaces);
  if (typeof within !== 'object' || within === null || Array.isArray(within)) return;
  const labels = mappingOf(within);
  for (const [key, one] of Object.entries(labels)) {
    const known = key === 'kubernetes.io/metadata.name' ? valuesOfNamespace[String(one)] : undefined;
    if (known === undefined) nameNamespaces(one);
    else labels[key] = value(`${known} | quote`);
  }
}

function changeIngress(object: KubernetesObject, spec: Mapping): void {
  const { metadata } = object;
  const annotations = metadata.name === 'px0' ? 'annotations' : 'deliveryAnnotations';
  metadata['annotations'] = optional(`.Values.ingress.${annotations}`);
  const rules = listOf(spec['rules']).map((rule) => ({
    ...mappingOf(rule),
    host: value('include "px0.host" . | quote'),
  }));
  object['spec'] = {
    ...entriesIf('.Values.ingress.className', {
      ingressClassName: value('.Values.ingress.className | quote'),
    }),
    tls: optional('.Values.ingress.tls'),
    ...spec,
    rules,
  };
}

/** The pod of a job becomes a named template: its checksum is part of the job's name, because a job cannot be changed. */
function extractPod(object: KubernetesObject): string {
  const { name } = object.metadata;
  const spec = mappingOf(object['spec']);
  const template = `px0.pod.${name}`;
  const text = `{{- define "${template}" -}}\n${templateText(spec['template'])}{{- end }}\n`;
  spec['template'] = include(template);
  object.metadata.name = value(`include "px0.jobName" (list $ ${JSON.stringify(name)})`);
  return text;
}
