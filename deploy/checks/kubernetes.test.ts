/** `k8s/`, built as kubectl builds it and held against Kubernetes' own schemas, the services' configuration, and itself. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { busUsers, inboxPrefixOf } from '@px0/event-bus';
import { loadConfig } from '@px0/service-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { composeFile } from '../../scripts/generate/compose-file.ts';
import { type Service, services } from '../../scripts/generate/service-variables.ts';
import { configSchema as gateway } from '../../services/gateway/src/config.ts';
import { configSchema as identity } from '../../services/identity/src/config.ts';
import { configSchema as promptRegistry } from '../../services/prompt-registry/src/config.ts';
import { configSchema as render } from '../../services/render/src/config.ts';
import { loadRelayConfig, relayConfigSchema } from '../../services/render/src/relay/relay-config.ts';
import { configSchema as tenancy } from '../../services/tenancy/src/config.ts';
import {
  build,
  buildWith,
  type Container,
  natsServerNames,
  ofKind,
  type Resource,
  show,
  type Workload,
  workload,
  workloadsOf,
} from './kustomize.ts';
import { validator } from './schemas.ts';
import { memoryWithStreams } from './stream-memory.ts';

const schemas = { gateway, identity, tenancy, 'prompt-registry': promptRegistry, render };
const root = join(import.meta.dirname, '..', '..');

/** What production expects to exist: k8s/README.md lists them for the person who creates them. */
const expectedSecrets: Readonly<Record<string, string>> = {
  'px0-database': 'postgres://px0@postgres/px0',
  'px0-database-migrations': 'postgres://owner@postgres/px0',
  'px0-redis': 'redis://redis:6379',
  'px0-identity': 'a-secret-of-at-least-thirty-two-characters',
  'px0-nats': 'password',
  'px0-relay': 'px0_key',
};

const overlays: Record<'dev' | 'production' | 'relay' | 'with every component', Resource[]> = {
  dev: [],
  production: [],
  relay: [],
  'with every component': [],
};
const names = ['dev', 'production', 'with every component'] as const;
let faultsOf: (resource: Resource) => string[];

beforeAll(async () => {
  overlays.dev = await build('k8s/overlays/dev');
  overlays.production = await build('k8s/overlays/production');
  overlays.relay = await build('k8s/overlays/relay');
  overlays['with every component'] = await buildWith(
    'k8s/overlays/production',
    [
      'k8s/components/direct-render',
      'k8s/components/ingress',
      'k8s/components/store-exporters',
      'k8s/components/postgres-tls',
      'k8s/components/relay',
      'k8s/components/render-request-rate',
    ],
    // What an overlay that chooses the component gives to all.
    { namespace: 'px0', images: [{ name: 'px0-render', newTag: '0.1.0' }] },
  );
  faultsOf = await validator();
}, 300_000);

describe.each(names)('the resources of %s', (name) => {
  it('are as Kubernetes describes them, to the last field', () => {
    const faults = overlays[name].flatMap((resource) =>
      faultsOf(resource).map((fault) => `${show(resource)}: ${fault}`),
    );
    expect(faults).toEqual([]);
    expect(overlays[name].length).toBeGreaterThan(50);
  });

  it('run nothing as root, with a writable root or with rights that it does not need', () => {
    for (const { name: who, pod } of workloadsOf(overlays[name])) {
      // The gateway follows endpoints (addresses.test.ts); nobody else asks the cluster anything.
      expect(pod.spec.automountServiceAccountToken, who).toBe(who === 'gateway');
      expect(pod.spec.securityContext, who).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const container of pod.spec.containers) {
        expect(container.securityContext, `${who}/${container.name}`).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.image, `${who}/${container.name}`).toMatch(/:[^:]*[0-9a-z]$/);
        expect(container.image).not.toMatch(/:latest$/);
      }
    }
  });

  it('name only ConfigMaps that exist, and only secrets that exist or are listed in k8s/README.md', async () => {
    const readme = await readFile(join(root, 'k8s', 'README.md'), 'utf8');
    const there = new Set(
      overlays[name].filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret').map(show),
    );
    const text = JSON.stringify(workloadsOf(overlays[name]));
    const maps = [...text.matchAll(/"configMap(?:Ref)?":\{"name":"([^"]+)"/g)].map(
      ([, one]) => `ConfigMap/${one}`,
    );
    const secrets = [
      ...text.matchAll(/"(?:secretKeyRef":\{[^}]*"name|secret":\{[^}]*"secretName)":"([^"]+)"/g),
    ].map(([, one]) => one ?? '');
    expect(maps.length).toBeGreaterThan(5);
    expect(secrets.length).toBeGreaterThan(5);
    expect(maps.filter((one) => !there.has(one))).toEqual([]);
    const unknown = secrets.filter((one) => !there.has(`Secret/${one}`) && !readme.includes(`\`${one}\``));
    expect(unknown).toEqual([]);
  });

  it('have services, budgets, monitors, autoscalers and policies that find what they select', () => {
    const all = overlays[name];
    const pods = workloadsOf(all).map(({ pod }) => pod.metadata.labels);
    const matches = (labels: Readonly<Record<string, string>>) =>
      pods.some((pod) => Object.entries(labels).every(([key, value]) => pod[key] === value));
    const selector = z.looseObject({ matchLabels: z.record(z.string(), z.string()) });
    for (const { metadata, spec } of ofKind(
      all,
      'PodDisruptionBudget',
      z.looseObject({ metadata: z.looseObject({ name: z.string() }), spec: z.looseObject({ selector }) }),
    ))
      expect(matches(spec.selector.matchLabels), metadata.name).toBe(true);
    const serviceSchema = z.looseObject({
      metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.looseObject({
        type: z.string().optional(),
        selector: z.record(z.string(), z.string()).default({}),
        ports: z.array(z.looseObject({ name: z.string() })).default([]),
      }),
    });
    const found = ofKind(all, 'Service', serviceSchema);
    for (const { metadata, spec } of found)
      expect(spec.type === 'ExternalName' || matches(spec.selector), metadata.name).toBe(true);
    const monitorSchema = z.looseObject({
      spec: z.looseObject({ selector, endpoints: z.array(z.looseObject({ port: z.string() })) }),
    });
    for (const { spec } of ofKind(all, 'ServiceMonitor', monitorSchema)) {
      const watched = found.filter(({ metadata }) =>
        Object.entries(spec.selector.matchLabels).every(([key, value]) => metadata.labels[key] === value),
      );
      const ports = watched.flatMap((service) => service.spec.ports.map((port) => port.name));
      for (const { port } of spec.endpoints) expect(ports).toContain(port);
    }
    const scaled = z.looseObject({
      spec: z.looseObject({
        scaleTargetRef: z.object({ apiVersion: z.string(), kind: z.string(), name: z.string() }),
      }),
    });
    for (const { spec } of ofKind(all, 'HorizontalPodAutoscaler', scaled))
      expect(workload(all, spec.scaleTargetRef.kind, spec.scaleTargetRef.name)).toBeDefined();
  });

  it('have monitors and rules that the operator of kube-prometheus-stack finds', () => {
    const watching = overlays[name].filter(({ apiVersion }) =>
      apiVersion.startsWith('monitoring.coreos.com/'),
    );
    for (const { metadata } of watching) expect(metadata.labels?.['release'], metadata.name).toBeTruthy();
    if (name === 'production') expect(watching.length).toBeGreaterThan(2);
  });

  it.each(services)(
    'give %s an environment that it accepts, without a variable that nobody reads',
    (service) => {
      const env = environmentOf(overlays[name], containerOf(workload(overlays[name], 'Deployment', service)));
      const schema: z.ZodObject = schemas[service];
      expect(() => loadConfig(schema, env)).not.toThrow();
      const foreign = Object.keys(env).filter(
        (variable) => !(variable in schema.shape) && !/^(OTEL_|POD_NAME$)/.test(variable),
      );
      // Several services share a ConfigMap; a variable that none of them reads is a mistake.
      const readByAnother = foreign.filter((variable) =>
        services.some((other) => variable in schemas[other].shape),
      );
      expect(foreign).toEqual(readByAnother);
    },
  );

  it.each(services)('let %s finish what it has begun, and probe what it has', (service) => {
    const { pod } = workload(overlays[name], 'Deployment', service);
    const container = containerOf({ kind: '', name: service, pod });
    const env = environmentOf(overlays[name], container);
    const draining = Number(env['DRAIN_DELAY_MS']) + Number(env['SHUTDOWN_TIMEOUT_MS']);
    expect(pod.spec.terminationGracePeriodSeconds ?? 0).toBeGreaterThan(draining / 1_000 + 5);
    expect(container.startupProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    expect(container.livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(env['PORT']) }]);
  });
});

function containerOf({ name, pod }: Workload): Container {
  const container = pod.spec.containers.find((one) => one.name === name);
  if (container === undefined) throw new Error(`${name} has no container of its name`);
  return container;
}

/** As the container sees it; references to secrets have the value that a person would give. */
function environmentOf(resources: readonly Resource[], { env, envFrom }: Container): Record<string, string> {
  const maps = ofKind(
    resources,
    'ConfigMap',
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      data: z.record(z.string(), z.string()).default({}),
    }),
  );
  const result: Record<string, string> = {};
  for (const { configMapRef } of envFrom)
    Object.assign(result, maps.find(({ metadata }) => metadata.name === configMapRef.name)?.data);
  for (const { name, value, valueFrom } of env) {
    const { secretKeyRef } = valueFrom ?? {};
    const secret = secretKeyRef?.name.replace(/-[0-9a-z]{10}$/, '') ?? '';
    if (name === 'SMTP_URL') continue;
    result[name] = value ?? expectedSecrets[secretKeyRef?.name ?? ''] ?? expectedSecrets[secret] ?? 'pod';
  }
  return result;
}

describe('a link in a mail', () => {
  it.each([
    ['dev', 'http://px0.localhost'],
    ['production', 'https://px0.example.com'],
  ] as const)('of %s leads to the host at which px0 is', (name, address) => {
    const env = environmentOf(
      overlays[name],
      containerOf(workload(overlays[name], 'Deployment', 'identity')),
    );
    expect(env['CONSOLE_URL']).toBe(address);
    const entrances = overlays[name].filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute');
    expect(entrances.length).toBeGreaterThan(0);
    for (const one of entrances)
      expect(JSON.stringify(one['spec']), show(one)).toContain(`"${new URL(address).hostname}"`);
  });
});

describe('the NATS users of the services', () => {
  it.each(busUsers.filter((user) => user !== 'maintenance'))(
    '%s is itself, with its own inbox and its own password',
    (user) => {
      const container = containerOf(workload(overlays.production, 'Deployment', user));
      const env = environmentOf(overlays.production, container);
      expect(env).toMatchObject({
        NATS_USER: user,
        NATS_INBOX_PREFIX: inboxPrefixOf(user),
        NATS_URL: natsServerNames.map((name) => `tls://${name}:4222`).join(','),
        PX0_STREAM_REPLICAS: '3',
      });
      expect(
        container.env.find(({ name }) => name === 'NATS_PASSWORD')?.valueFrom?.secretKeyRef,
      ).toMatchObject({ name: 'px0-nats', key: user });
      expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toContain('/etc/nats-ca');
    },
  );

  it('maintenance compacts, and nobody else is it', () => {
    const users = workloadsOf(overlays.production).flatMap(({ name, pod }) =>
      pod.spec.containers.flatMap(({ env }) =>
        env.filter((one) => one.name === 'NATS_USER').map(({ value }) => `${name} as ${value}`),
      ),
    );
    expect(users.filter((line) => line.endsWith('maintenance'))).toEqual(['compact as maintenance']);
  });
});

describe('network policies', () => {
  const policySchema = z.looseObject({
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({
      podSelector: z.looseObject({
        matchLabels: z.record(z.string(), z.string()).optional(),
        matchExpressions: z
          .array(z.object({ key: z.string(), operator: z.literal('In'), values: z.array(z.string()) }))
          .optional(),
      }),
      policyTypes: z.array(z.string()),
      egress: z.array(z.unknown()).optional(),
      ingress: z.array(z.unknown()).optional(),
    }),
  });

  function policiesFor(resources: readonly Resource[], service: Service, type: 'Egress' | 'Ingress') {
    const { labels } = workload(resources, 'Deployment', service).pod.metadata;
    return ofKind(resources, 'NetworkPolicy', policySchema).filter(
      ({ spec: { podSelector, policyTypes } }) =>
        policyTypes.includes(type) &&
        Object.entries(podSelector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
        (podSelector.matchExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? '')),
    );
  }

  it('let render reach NATS and the name service, and nothing else', () => {
    const allowed = policiesFor(overlays.dev, 'render', 'Egress');
    expect(allowed.map(({ metadata }) => metadata.name).toSorted()).toEqual([
      'default-deny',
      'dns',
      'nats-clients',
    ]);
    expect(allowed.find(({ metadata }) => metadata.name === 'nats-clients')?.spec.egress).toEqual([
      {
        to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'nats' } } }],
        ports: [{ protocol: 'TCP', port: 4222 }],
      },
    ]);
  });

  it('let nobody but the gateway call a service', () => {
    for (const service of services.filter((one) => one !== 'gateway')) {
      const allowed = policiesFor(overlays.production, service, 'Ingress').flatMap(
        ({ spec }) => spec.ingress ?? [],
      );
      expect(allowed, service).toEqual([
        {
          from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } } }],
          ports: [{ protocol: 'TCP', port: 8000 }],
        },
      ]);
    }
  });

  it('deny everybody everything else', () => {
    const deny = ofKind(overlays.production, 'NetworkPolicy', policySchema).find(
      ({ metadata }) => metadata.name === 'default-deny',
    );
    expect(deny?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });
});

describe.each(['relay', 'with every component'] as const)('relays in the overlay %s', (name) => {
  const relay = () => {
    const { pod } = workload(overlays[name], 'StatefulSet', 'relay');
    return { pod, container: containerOf({ kind: '', name: 'relay', pod }) };
  };

  it('have an environment that they accept, without a variable that nobody reads', () => {
    const env = environmentOf(overlays[name], relay().container);
    expect(loadRelayConfig(env)).toMatchObject({
      PX0_UPSTREAM: 'https://px0.example.com',
      PX0_UPSTREAM_KEY: 'px0_key',
    });
    const unread = Object.keys(env).filter((one) => !(one in relayConfigSchema.shape));
    expect(unread.filter((one) => !/^(OTEL_|POD_NAME$)/.test(one))).toEqual([]);
  });

  it('keep what they start from in a volume of their own, where they may write', () => {
    const { pod, container } = relay();
    const env = environmentOf(overlays[name], container);
    const mount = container.volumeMounts.find(({ mountPath }) => mountPath === env['RELAY_STATE_DIR']);
    const claims = z.looseObject({
      spec: z.looseObject({
        volumeClaimTemplates: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string() }) })),
      }),
    });
    const { spec } = claims.parse(overlays[name].find((one) => show(one) === 'StatefulSet/relay'));
    expect(spec.volumeClaimTemplates.map(({ metadata }) => metadata.name)).toEqual([mount?.name]);
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1_000, fsGroup: 1_000 });
    expect(pod.spec.automountServiceAccountToken).toBe(false);
  });

  it('are ready when they hold anything, finish what they have begun, and have the memory for their streams', () => {
    const { pod, container } = relay();
    const env = environmentOf(overlays[name], container);
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: '/readyz', port: 'http' } });
    expect(container.livenessProbe).toMatchObject({ httpGet: { path: '/healthz', port: 'http' } });
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(env['PORT']) }]);
    const draining = Number(env['DRAIN_DELAY_MS']) + Number(env['SHUTDOWN_TIMEOUT_MS']);
    expect(pod.spec.terminationGracePeriodSeconds ?? 0).toBeGreaterThan(draining / 1_000 + 5);
    const needs = memoryWithStreams('render', loadRelayConfig(env));
    expect(Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)?.[1])).toBeGreaterThan(needs);
  });

  it('reach their upstream and the name service, and neither NATS nor Postgres', () => {
    const ports = z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({
        podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).default({ none: '' }) }),
        egress: z.array(z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })) })).default([]),
      }),
    });
    const { labels } = relay().pod.metadata;
    const found = ofKind(overlays[name], 'NetworkPolicy', ports).filter(({ spec }) =>
      Object.entries(spec.podSelector.matchLabels).every(([key, value]) => labels[key] === value),
    );
    const open = found.flatMap(({ spec }) =>
      spec.egress.flatMap((rule) => rule.ports.map(({ port }) => port)),
    );
    expect(new Set(open)).toEqual(new Set([53, 443]));
  });
});

it('the overlay of relays has nothing else', () => {
  expect(overlays.relay.flatMap((one) => faultsOf(one).map((fault) => `${show(one)}: ${fault}`))).toEqual([]);
  expect(overlays.relay.map((one) => show(one).replace(/-[0-9a-z]{10}$/, '')).toSorted()).toEqual([
    'ConfigMap/px0-process',
    'ConfigMap/px0-relay',
    'Namespace/px0-relay',
    'NetworkPolicy/relay',
    'NetworkPolicy/relay-upstream',
    'PodDisruptionBudget/relay',
    'Service/relay',
    'StatefulSet/relay',
  ]);
});

describe('delivery streams', () => {
  const ruleSchema = z.object({
    matches: z.array(z.looseObject({ path: z.object({ type: z.string(), value: z.string() }) })),
    timeouts: z.object({ request: z.string() }).optional(),
    backendRefs: z.array(z.looseObject({ name: z.string() })),
  });
  const routeSchema = z.looseObject({
    metadata: z.looseObject({ name: z.string() }),
    spec: z.looseObject({ rules: z.array(ruleSchema) }),
  });
  const rulesFor = (name: (typeof names)[number], path: string) =>
    ofKind(overlays[name], 'HTTPRoute', routeSchema).flatMap(({ metadata, spec }) =>
      spec.rules
        .filter(({ matches }) =>
          matches.some(({ path: { type, value } }) => type === 'PathPrefix' && value === path),
        )
        .map(({ timeouts, backendRefs }) => [
          metadata.name,
          backendRefs.map((one) => one.name),
          timeouts?.request,
        ]),
    );

  it('have no time limit at the entrance, and go past the gateway only where one has chosen so', () => {
    expect(rulesFor('production', '/v1/delivery')).toEqual([['px0', ['gateway'], '0s']]);
    expect(rulesFor('with every component', '/v1/delivery')).toContainEqual(['px0-render', ['render'], '0s']);
  });

  it('have bounds that an overlay can set, in render and in the gateway', () => {
    const maps = (service: Service) =>
      containerOf(workload(overlays.production, 'Deployment', service)).envFrom.map(({ configMapRef }) =>
        configMapRef.name.replace(/-[0-9a-z]{10}$/, ''),
      );
    expect(maps('render')).toContain('px0-render');
    expect(maps('gateway')).toContain('px0-gateway');
    const env = (service: Service) =>
      environmentOf(overlays.production, containerOf(workload(overlays.production, 'Deployment', service)));
    expect(env('render')).toMatchObject({ DELIVERY_STREAMS: '10000', DELIVERY_STREAM_MS: '3600000' });
    expect(env('gateway')).toMatchObject({ GATEWAY_STREAMS: '8000' });
  });

  it.each(names)('have the memory in %s that they may take', (name) => {
    for (const service of ['gateway', 'render'] as const) {
      const container = containerOf(workload(overlays[name], 'Deployment', service));
      const schema = { gateway, render }[service];
      const settings = loadConfig(schema, environmentOf(overlays[name], container));
      const [, mebibytes = '0', unit] = /^(\d+)(Mi|Gi)$/.exec(container.resources.limits.memory) ?? [];
      const limit = Number(mebibytes) * (unit === 'Gi' ? 1_024 : 1);
      expect(limit, service).toBeGreaterThan(memoryWithStreams(service, settings));
    }
  });
});

describe('the render tier', () => {
  it('is behind a headless service, so that its name resolves to every replica', () => {
    const service = overlays.production.find((one) => show(one) === 'Service/render');
    expect(service).toMatchObject({ spec: { clusterIP: 'None' } });
  });

  it('scales on processor time alone, so that it shrinks without an adapter, and by renders a second where one has chosen so', () => {
    const metrics = (name: (typeof names)[number]) =>
      ofKind(
        overlays[name],
        'HorizontalPodAutoscaler',
        z.looseObject({
          metadata: z.looseObject({ name: z.string() }),
          spec: z.looseObject({ metrics: z.array(z.looseObject({ type: z.string() })) }),
        }),
      )
        .filter(({ metadata }) => metadata.name === 'render')
        .flatMap(({ spec }) => spec.metrics.map(({ type }) => type));
    expect(metrics('production')).toEqual(['Resource']);
    expect(metrics('with every component')).toEqual(['Resource', 'External']);
  });

  it('is called past the gateway only by the two paths of a render, and only where one has chosen so', () => {
    const routes = (name: (typeof names)[number]) =>
      overlays[name].filter((one) => show(one) === 'HTTPRoute/px0-render');
    expect(routes('production')).toEqual([]);
    const [, pattern = ''] =
      /"RegularExpression","value":"([^"]+)"/.exec(JSON.stringify(routes('with every component'))) ?? [];
    const path = new RegExp(`^${pattern}$`);
    expect(
      ['/v1/prompts/greeting/render', '/v1/prompts/greeting/versions/3/render'].every((one) =>
        path.test(one),
      ),
    ).toBe(true);
    expect(
      [
        '/v1/prompts/x',
        '/v1/prompts/x/versions/3',
        '/v1/prompts/x/versions/3/promote',
        '/v1/teams/x/render',
      ].some((one) => path.test(one)),
    ).toBe(false);
  });
});

it('NATS is the same release in Kubernetes and in compose, and three servers hold three copies', () => {
  const [container] = workload(overlays.production, 'StatefulSet', 'nats').pod.spec.containers;
  expect(container?.image).toBe(composeFile().services['nats']?.image);
  expect(overlays.production.find((one) => show(one) === 'StatefulSet/nats')).toMatchObject({
    spec: { replicas: 3, podManagementPolicy: 'Parallel' },
  });
});

it('migration jobs use the image and the schema of their service, and services wait for them', () => {
  for (const service of ['identity', 'tenancy', 'prompt-registry'] as const) {
    const [container] = workload(overlays.dev, 'Job', `migrate-${service}`).pod.spec.containers;
    const deployed = containerOf(workload(overlays.dev, 'Deployment', service));
    expect([container?.image, container?.args]).toEqual([deployed.image, ['src/migrate.ts']]);
    expect(environmentOf(overlays.dev, deployed)['DATABASE_MIGRATIONS']).toBe('await');
  }
});
