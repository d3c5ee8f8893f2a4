/** The chart's values: each with what it means, what it may be, and its default, which is what the kustomize base says. */
import { services } from '../service-variables.ts';
import { type Component, valuesOfConfigMap, valuesOfEgress, valuesOfSecret } from './components.ts';
import { maxFileStore } from './config-maps.ts';
import { descend, type KubernetesObject, mappingOf, type Source } from './kustomize-source.ts';
import { type Group, group, leaf, type Value } from './values-file.ts';

const text = { type: 'string' };
const flag = { type: 'boolean' };
const object = { type: 'object' };
const objects = { type: 'array', items: object };
const strings = { type: 'object', additionalProperties: text };
/** Text of a form; empty where a default takes its place. */
const like = (pattern: string) => ({ type: 'string', pattern });
const hostName = like('^$|^(\\*\\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$');
const quantity = like('^[0-9]+(\\.[0-9]+)?([kMGTPE]|[KMGTPE]i)?$');
const digests = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(services.map((service) => [service, like('^sha256:[0-9a-f]{64}$')])),
};
const atLeast = (minimum: number) => ({ type: 'integer', minimum });
const variables = {
  type: 'object',
  additionalProperties: { type: ['string', 'integer', 'boolean', 'null'] },
};

export function chartValues(base: Source, components: readonly Component[]): Group {
  const all = [base, ...components.map(({ source }) => source)];
  // What a component merges into another ConfigMap is no default: it comes with the component.
  const configMaps = all.flatMap((one) => one.configMaps.filter(({ merged }) => !merged));
  const find = (kind: string, name: string): KubernetesObject => {
    const found = all
      .flatMap(({ files }) => files.flatMap(({ objects: some }) => some))
      .find((one) => one.kind === kind && (name === '' || one.metadata.name === name));
    if (found === undefined) throw new Error(`k8s/ has no ${kind} ${name}`);
    return found;
  };
  const at = (kind: string, name: string, path: string) => descend(find(kind, name), path.split('/'));
  const resources = (kind: string, name: string, pod = 'spec/template') =>
    leaf(
      'Requests and limits. No limit on processor time: throttling shows as latency.',
      at(kind, name, `${pod}/spec/containers/0/resources`),
      object,
    );
  const placement = {
    nodeSelector: leaf('', {}, strings),
    tolerations: leaf('', [], objects),
    affinity: leaf('', {}, object),
    podAnnotations: leaf('', {}, strings),
  };
  const extraEnv = leaf('Further environment variables, as in a container.', [], objects);
  const replicated = (name: string) => ({
    replicas: leaf('', at('Deployment', name, 'spec/replicas'), atLeast(1)),
    resources: resources('Deployment', name),
    extraEnv,
    ...placement,
  });
  const scaled = (name: string, more: Readonly<Record<string, Value>> = {}) => {
    const minimum = at('HorizontalPodAutoscaler', name, 'spec/minReplicas');
    return {
      autoscaling: group('While enabled, the autoscaler alone decides how many replicas there are.', {
        enabled: leaf('', true, flag),
        minReplicas: leaf('', minimum, atLeast(1)),
        maxReplicas: leaf('', at('HorizontalPodAutoscaler', name, 'spec/maxReplicas'), atLeast(1)),
        averageUtilization: leaf(
          'Processor time in percent of what is requested.',
          at('HorizontalPodAutoscaler', name, 'spec/metrics/0/resource/target/averageUtilization'),
          atLeast(1),
        ),
        ...more,
      }),
      replicas: leaf('Without the autoscaler.', minimum, atLeast(1)),
      resources: resources('Deployment', name),
      extraEnv,
      ...placement,
    };
  };
  const storage = (name: string) =>
    group('', {
      size: leaf(
        'Kubernetes allows no change of it later.',
        at('StatefulSet', name, 'spec/volumeClaimTemplates/0/spec/resources/requests/storage'),
        quantity,
      ),
      className: leaf("Empty: the cluster's default.", '', text),
    });
  const ingress = (name: string) => leaf('', find('Ingress', name).metadata['annotations'] ?? {}, strings);
  const store = (name: string, more: Readonly<Record<string, Value>> = {}) =>
    group('', { resources: resources('StatefulSet', name), ...more, ...placement });

  return group('', {
    image: group('', {
      registry: leaf(
        'Such as ghcr.io/acme. Empty: the images are on the nodes, or in the default registry.',
        '',
        text,
      ),
      prefix: leaf('Before the name of the service: REGISTRY/PREFIXgateway:TAG.', 'px0-', text),
      tag: leaf("Empty: the chart's appVersion.", '', text),
      digests: leaf('By service, such as render: sha256:…; instead of the tag.', {}, digests),
      pullPolicy: leaf('Empty: the default of Kubernetes.', '', {
        enum: ['', 'Always', 'IfNotPresent', 'Never'],
      }),
      pullSecrets: leaf('Such as [{ name: registry }].', [], objects),
    }),
    otherImages: leaf(
      'Images that are not px0’s own, by container, for a mirror.',
      otherImages(all),
      strings,
    ),
    host: leaf(
      'The name that users know px0 by; for the Ingress or the route, and for the links in mails unless config.identity has a CONSOLE_URL.',
      '',
      hostName,
    ),
    config: group(
      'Environment of the processes: docs/operations/configuration.md. null removes a variable.',
      Object.fromEntries(
        configMaps.flatMap(({ name, data }) => {
          const key = valuesOfConfigMap[name];
          const { PX0_STREAM_REPLICAS: _, ...rest } = data;
          return key === undefined ? [] : [[key, leaf('', rest, variables)]];
        }),
      ),
    ),
    secrets: group(
      'Names of existing secrets (k8s/README.md lists their keys). With data, the chart creates the secret instead: for trying px0 out, since Helm\nkeeps values where others may read them.',
      Object.fromEntries(
        Object.entries(valuesOfSecret).map(([name, key]) => [
          key,
          group('', { name: leaf('', name, { type: 'string', minLength: 1 }), data: leaf('', {}, strings) }),
        ]),
      ),
    ),
    gateway: group('', scaled('gateway')),
    identity: group('', replicated('identity')),
    tenancy: group('', replicated('tenancy')),
    promptRegistry: group('', replicated('prompt-registry')),
    render: group(
      '',
      scaled('render', {
        requestRate: group(
          'Also by renders a second. Needs an adapter; while that is away, the tier never shrinks.',
          {
            enabled: leaf('', false, flag),
          },
        ),
      }),
    ),
    relay: group(
      'Relays of another px0, which answer renders also while that is away: docs/operations/relay.md. A cluster with nothing else takes k8s/overlays/relay.',
      {
        enabled: leaf('', false, flag),
        replicas: leaf('', at('StatefulSet', 'relay', 'spec/replicas'), atLeast(1)),
        storage: storage('relay'),
        resources: resources('StatefulSet', 'relay'),
        extraEnv,
        ...placement,
      },
    ),
    migrations: group(
      'Jobs that apply what is missing of each schema. Their names change with what they run.',
      {
        ttlSecondsAfterFinished: leaf(
          '',
          at('Job', 'migrate-identity', 'spec/ttlSecondsAfterFinished'),
          atLeast(0),
        ),
        annotations: leaf('Such as the hooks of Argo CD.', {}, strings),
        resources: resources('Job', 'migrate-identity'),
        extraEnv,
        ...placement,
      },
    ),
    compact: group('Removes old tombstones.', {
      enabled: leaf('', true, flag),
      schedule: leaf('', at('CronJob', 'compact', 'spec/schedule'), text),
      resources: resources('CronJob', 'compact', 'spec/jobTemplate/spec/template'),
      extraEnv,
      ...placement,
    }),
    nats: group('', {
      enabled: leaf('false: a NATS of your own, with the users of deploy/nats/accounts.conf.', true, flag),
      url: leaf('Of your own NATS.', '', text),
      replicas: leaf('Servers, and copies of each stream.', at('StatefulSet', 'nats', 'spec/replicas'), {
        enum: [1, 3],
      }),
      spread: leaf('DoNotSchedule: never two servers on one node.', 'ScheduleAnyway', {
        enum: ['ScheduleAnyway', 'DoNotSchedule'],
      }),
      storage: storage('nats'),
      maxFileStore: leaf(
        'What JetStream may store, below the size of the volume.',
        maxFileStore(base),
        like('^[0-9]+[KMGT]i?B?$'),
      ),
      tls: group('TLS to NATS and among its servers, by the secret natsTls.', {
        enabled: leaf('', false, flag),
        certManager: group('Whether cert-manager makes that secret, and by which issuer.', {
          enabled: leaf('', true, flag),
          issuerRef: leaf('', at('Certificate', '', 'spec/issuerRef'), object),
        }),
      }),
      resources: resources('StatefulSet', 'nats'),
      ...placement,
    }),
    postgresTls: group(
      'The certificate authority of Postgres, from the secret databaseCa; for sslrootcert=/etc/postgres-ca/ca.crt in the URLs.',
      { enabled: leaf('', false, flag) },
    ),
    stores: group(
      'One Postgres, one Redis and sample secrets, to try px0 out. Production brings its own, by the secrets database, databaseMigrations and redis.',
      {
        enabled: leaf('', false, flag),
        postgres: store('postgres', { storage: storage('postgres') }),
        redis: store('redis'),
      },
    ),
    ingress: group('', {
      enabled: leaf('', false, flag),
      className: leaf('', '', text),
      annotations: ingress('px0'),
      deliveryAnnotations: leaf(
        'Of the Ingress of /v1/delivery, whose answers go on for an hour.',
        find('Ingress', 'px0-delivery').metadata['annotations'] ?? {},
        strings,
      ),
      tls: leaf('Such as [{ hosts: [px0.example.com], secretName: px0-tls }].', [], objects),
    }),
    gatewayApi: group('', {
      enabled: leaf('', false, flag),
      gateway: leaf(
        'The Gateway that the route belongs to.',
        at('HTTPRoute', 'px0', 'spec/parentRefs/0'),
        object,
      ),
    }),
    directRender: group(
      'Renders and delivery streams go past the gateway. Needs gatewayApi, and regular expressions in its paths.',
      {
        enabled: leaf('', false, flag),
      },
    ),
    networkPolicies: group('Deny everything that is not listed.', {
      enabled: leaf('', true, flag),
      egress: group('Ways out of the namespace. Narrow them to addresses with `to`.', {
        ...Object.fromEntries(
          Object.entries(valuesOfEgress).map(([name, key]) => [
            key,
            leaf('', at('NetworkPolicy', name, 'spec/egress'), objects),
          ]),
        ),
        nats: leaf('To a NATS of your own.', [{ ports: [{ protocol: 'TCP', port: 4222 }] }], objects),
        telemetry: leaf(
          'To a Collector of your own.',
          [{ ports: [{ protocol: 'TCP', port: 4318 }] }],
          objects,
        ),
      }),
    }),
    priorityClass: group(
      'Of render and NATS. It belongs to the whole cluster: a second px0 does not create it again.',
      {
        create: leaf('', true, flag),
        name: leaf('Empty: none.', find('PriorityClass', '').metadata.name, text),
        value: leaf('', find('PriorityClass', '')['value'], { type: 'integer' }),
      },
    ),
    telemetry: group('', {
      enabled: leaf('A Collector, and px0’s dashboards for the sidecar of Grafana.', false, flag),
      endpoint: leaf('Or a Collector of your own: its address for OTLP over HTTP.', '', text),
      tempo: leaf('Where the Collector sends traces.', at('Service', 'tempo', 'spec/externalName'), text),
      namespace: leaf('Where Prometheus and Tempo run.', 'monitoring', text),
      storeExporters: group('Exporters of Postgres and Redis, for their dashboards.', {
        enabled: leaf('', false, flag),
      }),
      operator: group('ServiceMonitors and rules for the Prometheus operator.', {
        enabled: leaf('', true, flag),
        labels: leaf(
          'By which it selects them, such as release: kube-prometheus-stack.',
          find('ServiceMonitor', '').metadata['labels'] ?? {},
          strings,
        ),
      }),
    }),
    test: group('The pod of `helm test`.', {
      resources: leaf('', at('Job', 'migrate-identity', 'spec/template/spec/containers/0/resources'), object),
    }),
  });
}

/** Images of servers and tools, by the name of their container. */
function otherImages(all: readonly Source[]): Record<string, string> {
  const found: Record<string, string> = {};
  const look = (within: unknown): void => {
    if (typeof within !== 'object' || within === null) return;
    if (Array.isArray(within)) {
      within.forEach(look);
      return;
    }
    const { name, image } = mappingOf(within);
    if (typeof name === 'string' && typeof image === 'string' && !image.startsWith('px0-'))
      found[name] = image;
    Object.values(within).forEach(look);
  };
  for (const { files, additions } of all) {
    look(files.flatMap(({ objects: some }) => some));
    look(additions.map((one) => one.value));
  }
  return found;
}
