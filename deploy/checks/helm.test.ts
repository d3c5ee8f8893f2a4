/**
 * The chart of `deploy/helm/px0`, rendered: the same objects as kustomize makes, as Kubernetes describes them, and the promises of its values. `npm test`
 * renders it by Go's own templates, where Go is there; `npm run test:helm` builds Helm, which takes minutes, and then Helm itself does.
 */
import { rm } from 'node:fs/promises';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { services } from '../../scripts/generate/service-variables.ts';
import { GoChart, hasGo } from './go-chart.ts';
import { comparable, Helm, type Renderer } from './helm.ts';
import { build, buildWith, ofKind, type Resource, show, workloadsOf } from './kustomize.ts';
import { validator } from './schemas.ts';
import { buildHelm } from './tools.ts';

const isHelm = process.env['PX0_LONG_TESTS'] === '1';
const examples = {
  dev: ['values-dev.yaml'],
  production: ['values-production.yaml'],
  'the defaults': [],
} as const;
const names = ['dev', 'production', 'the defaults'] as const;

describe.skipIf(!isHelm && !hasGo())(`the chart, rendered by ${isHelm ? 'Helm' : "Go's templates"}`, () => {
  let helm: Renderer;
  let faultsOf: (resource: Resource) => string[];

  beforeAll(async () => {
    helm = isHelm ? new Helm(await buildHelm()) : await GoChart.build();
    faultsOf = await validator();
  }, 3_600_000);

  afterAll(async () => {
    await helm.close();
  });

  describe.each(names)('with the values of %s', (name) => {
    it.skipIf(!isHelm)('passes helm lint', async () => {
      await new Helm(await buildHelm()).lint(examples[name]);
    });

    it('makes objects as Kubernetes describes them, to the last field', async () => {
      const resources = await helm.template(examples[name]);
      expect(resources.flatMap((one) => faultsOf(one).map((fault) => `${show(one)}: ${fault}`))).toEqual([]);
      expect(resources.length).toBeGreaterThan(40);
    });
  });

  it.each(names)('makes with the values of %s what kustomize makes', async (name) => {
    const made = comparable(await helm.template(examples[name]));
    const expected = comparable(await counterparts[name]());
    expect([...made.keys()]).toEqual([...expected.keys()]);
    for (const [key, object] of expected) expect(made.get(key), key).toEqual(object);
  });

  it('makes with a relay what kustomize makes', async () => {
    const made = comparable(await helm.template([], { relay: { enabled: true } }));
    const images = services.map((service) => ({ name: `px0-${service}`, newTag: manifest.version }));
    const expected = comparable(await buildWith('k8s/base', ['k8s/components/relay'], { images }));
    expect([...made.keys()]).toEqual([...expected.keys()]);
    for (const [key, object] of expected) expect(made.get(key), key).toEqual(object);
  });

  it('follows the upstream, and takes the volume and the secret, that its values name', async () => {
    const resources = await helm.template([], {
      relay: { enabled: true, replicas: 3, storage: { size: '4Gi', className: 'fast' } },
      config: { relay: { PX0_UPSTREAM: 'https://prompts.example.com' } },
      secrets: { relay: { name: 'from-the-vault' } },
    });
    expect(resources.flatMap(faultsOf)).toEqual([]);
    const relay = resources.find((one) => show(one) === 'StatefulSet/relay');
    expect(relay?.['spec']).toMatchObject({
      replicas: 3,
      volumeClaimTemplates: [
        { spec: { storageClassName: 'fast', resources: { requests: { storage: '4Gi' } } } },
      ],
    });
    expect(JSON.stringify(relay)).toContain('"secretKeyRef":{"name":"from-the-vault","key":"key"}');
    expect(resources.find((one) => show(one) === 'ConfigMap/px0-relay')?.['data']).toMatchObject({
      PX0_UPSTREAM: 'https://prompts.example.com',
    });
  });

  describe('replicas', () => {
    it('are stated only where no autoscaler decides', async () => {
      const scaled = await helm.template([]);
      const fixed = await helm.template([], {
        gateway: { autoscaling: { enabled: false }, replicas: 4 },
        render: { autoscaling: { enabled: false } },
      });
      const replicas = (resources: Resource[], name: string) =>
        z
          .looseObject({ spec: z.looseObject({ replicas: z.number().optional() }) })
          .parse(resources.find((one) => show(one) === `Deployment/${name}`)).spec.replicas;
      expect([replicas(scaled, 'gateway'), replicas(scaled, 'render')]).toEqual([undefined, undefined]);
      expect([replicas(fixed, 'gateway'), replicas(fixed, 'render')]).toEqual([4, 2]);
      expect(fixed.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toEqual([]);
    });
  });

  describe('changes', () => {
    const annotations = (resources: Resource[]) =>
      new Map(
        workloadsOf(resources).map(({ name, pod }) => [name, JSON.stringify(pod.metadata['annotations'])]),
      );
    const changedBy = async (values: object) => {
      const before = annotations(await helm.template(['values-dev.yaml']));
      const after = annotations(await helm.template(['values-dev.yaml'], values));
      return [...after]
        .filter(([name, text]) => before.get(name) !== text)
        .map(([name]) => name.replace(hash, ''));
    };

    it('of a secret replace the pods that read it, and no others', async () => {
      const data = {
        PX0_SECRET_KEY: 'another-secret-of-at-least-thirty-two-characters',
        RESEND_API_KEY: 'mock',
      };
      expect(await changedBy({ secrets: { identity: { data } } })).toEqual(['identity']);
    });

    it('of a setting replace the pods that read it, and no others', async () => {
      expect(await changedBy({ config: { render: { DELIVERY_STREAMS: 20_000_000 } } })).toEqual(['render']);
      const [map] = ofKind(
        await helm.template([], {
          config: { render: { DELIVERY_STREAMS: 20_000_000, DELIVERY_STREAM_MS: null } },
        }),
        'ConfigMap',
        z.looseObject({ metadata: named, data: z.record(z.string(), z.string()) }),
      ).filter(({ metadata }) => metadata.name === 'px0-render');
      expect(map?.data).toEqual({ DELIVERY_STREAMS: '20000000', DELIVERY_STREAMS_PER_ORGANIZATION: '2500' });
    });

    it('of the image give the migration jobs other names, and of nothing that they run leave them as they are', async () => {
      const jobs = (resources: Resource[]) =>
        resources.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name);
      const before = jobs(await helm.template([]));
      expect(before).toHaveLength(3);
      for (const name of before) expect(name).toMatch(/^migrate-[a-z-]+-[0-9a-f]{8}$/);
      expect(jobs(await helm.template([], { config: { process: { LOG_LEVEL: 'debug' } } }))).toEqual(before);
      const after = jobs(await helm.template([], { image: { tag: '9.9.9' } }));
      expect(after.filter((name) => before.includes(name))).toEqual([]);
    });
  });

  describe('images', () => {
    it('come from the registry, with the tag or the digest, and with the secrets to pull them', async () => {
      const digest = `sha256:${'0'.repeat(64)}`;
      const resources = await helm.template([], {
        image: {
          registry: 'registry.example.com:5000/px0',
          tag: '1.2.3',
          digests: { render: digest },
          pullPolicy: 'Always',
          pullSecrets: [{ name: 'registry' }],
        },
        otherImages: { nats: 'mirror.example.com/nats:2.15.1' },
      });
      const images = new Map(
        workloadsOf(resources).map(({ name, pod }) => [name, pod.spec.containers[0]?.image]),
      );
      expect(images.get('gateway')).toBe('registry.example.com:5000/px0/px0-gateway:1.2.3');
      expect(images.get('render')).toBe(`registry.example.com:5000/px0/px0-render@${digest}`);
      expect(images.get('nats')).toBe('mirror.example.com/nats:2.15.1');
      for (const { name, pod } of workloadsOf(resources))
        expect(pod.spec['imagePullSecrets'], name).toEqual([{ name: 'registry' }]);
    });
  });

  describe('what is outside', () => {
    it('may be a NATS of one’s own: then there is no other, and pods may leave the namespace to reach it', async () => {
      const resources = await helm.template([], {
        nats: { enabled: false, url: 'tls://nats.example.com:4222' },
      });
      expect(resources.map(show)).not.toContain('StatefulSet/nats');
      expect(resources.map(show)).not.toContain('ConfigMap/px0-nats-config');
      expect(resources.find((one) => show(one) === 'ConfigMap/px0-stream')?.['data']).toEqual({
        NATS_URL: 'tls://nats.example.com:4222',
        PX0_STREAM_REPLICAS: '3',
      });
      expect(resources.find((one) => show(one) === 'NetworkPolicy/nats-clients')?.['spec']).toMatchObject({
        egress: [{ ports: [{ protocol: 'TCP', port: 4222 }] }],
      });
      await expect(helm.template([], { nats: { enabled: false } })).rejects.toThrow(
        'nats.url must be set when nats.enabled is false',
      );
    });

    it('may be a Collector of one’s own', async () => {
      const resources = await helm.template([], {
        telemetry: { endpoint: 'http://collector.example.com:4318' },
      });
      expect(resources.find((one) => show(one) === 'ConfigMap/px0-process')?.['data']).toMatchObject({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.com:4318',
      });
      expect(resources.map(show)).toContain('NetworkPolicy/otlp');
      expect(resources.map(show)).not.toContain('Deployment/otel-collector');
    });

    it('has the names that the site gives it', async () => {
      const resources = await helm.template(['values-production.yaml'], {
        gatewayApi: { gateway: { name: 'edge', namespace: 'entrance' } },
        directRender: { enabled: true },
        telemetry: { namespace: 'observability', operator: { labels: { release: 'prometheus' } } },
        secrets: { database: { name: 'from-the-vault' } },
        networkPolicies: { egress: { postgres: [{ to: [{ ipBlock: { cidr: '10.0.0.7/32' } }] }] } },
        nats: { tls: { certManager: { issuerRef: { kind: 'Issuer', name: 'own' } } } },
      });
      expect(resources.flatMap(faultsOf)).toEqual([]);
      const text = JSON.stringify(resources);
      expect(text).toContain('"secretKeyRef":{"name":"from-the-vault","key":"tenancy"}');
      expect(text).not.toContain('"name":"px0-database"');
      expect(text).not.toMatch(/"kubernetes.io\/metadata.name":"(monitoring|gateways)"/);
      expect(text).toContain('10.0.0.7/32');
      for (const one of resources.filter(({ kind }) => ['ServiceMonitor', 'PrometheusRule'].includes(kind)))
        expect(one.metadata.labels, show(one)).toMatchObject({ release: 'prometheus' });
      for (const one of resources.filter(({ kind }) => kind === 'HTTPRoute'))
        expect(one['spec'], show(one)).toMatchObject({
          parentRefs: [{ name: 'edge', namespace: 'entrance' }],
        });
      expect(resources.find(({ kind }) => kind === 'Certificate')?.['spec']).toMatchObject({
        issuerRef: { kind: 'Issuer', name: 'own' },
      });
    });
  });

  it('leaves out the PriorityClass, policies, monitors and the weekly job where the site wants none', async () => {
    const kinds = new Set(
      (
        await helm.template(['values-production.yaml'], {
          priorityClass: { create: false, name: '' },
          networkPolicies: { enabled: false },
          telemetry: { operator: { enabled: false } },
          nats: { tls: { certManager: { enabled: false } } },
          compact: { enabled: false },
        })
      ).map((one) => (show(one).startsWith('Pod/') ? 'Pod' : one.kind)),
    );
    for (const kind of [
      'PriorityClass',
      'NetworkPolicy',
      'ServiceMonitor',
      'PrometheusRule',
      'Certificate',
      'CronJob',
    ])
      expect(kinds, kind).not.toContain(kind);
    expect(kinds).toContain('PodDisruptionBudget');
  });

  it.skipIf(!isHelm).each([
    [{ gateway: { replica: 3 } }, "at '/gateway': additional properties 'replica' not allowed"],
    [{ nats: { replicas: 2 } }, "at '/nats/replicas': value must be one of 1, 3"],
    [{ gateway: { replicas: 0 } }, "at '/gateway/replicas': minimum: got 0, want 1"],
    [{ stores: { enabled: 'yes' } }, "at '/stores/enabled': got string, want boolean"],
    [
      { image: { pullPolicy: 'Sometimes' } },
      "at '/image/pullPolicy': value must be one of '', 'Always', 'IfNotPresent', 'Never'",
    ],
    [
      { image: { digests: { rendre: 'sha256:0' } } },
      "at '/image/digests': additional properties 'rendre' not allowed",
    ],
    [{ host: 'https://px0.example.com' }, "at '/host': 'https://px0.example.com' does not match pattern"],
    [{ secrets: { redis: { name: '' } } }, "at '/secrets/redis/name': minLength: got 0, want 1"],
    [{ nats: { storage: { size: 'large' } } }, "at '/nats/storage/size': 'large' does not match pattern"],
  ])('refuses the values %j and says why', async (values, why) => {
    await expect(helm.template([], values)).rejects.toThrow(why);
  });

  it.skipIf(!isHelm)('makes the same when it is packaged', async () => {
    const folder = await temporaryFolder('helm-package');
    try {
      const packaged = await new Helm(await buildHelm()).packaged(folder);
      for (const files of Object.values(examples))
        expect(await packaged.template(files)).toEqual(await helm.template(files));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [{ gatewayApi: { enabled: true } }, 'https://px0.example.com'],
    [{ ingress: { enabled: true, tls: [{ hosts: ['px0.example.com'] }] } }, 'https://px0.example.com'],
    [{ ingress: { enabled: true } }, 'http://px0.example.com'],
    [{ config: { identity: { CONSOLE_URL: 'https://px0.example.net' } } }, 'https://px0.example.net'],
    [{ host: '*.example.com', gatewayApi: { enabled: true } }, undefined],
    [{ host: '' }, undefined],
  ])('takes the address in mails from the host unless it is given: %j', async (values, address) => {
    const resources = await helm.template([], { host: 'px0.example.com', ...values });
    const config = z
      .looseObject({ data: z.record(z.string(), z.string()) })
      .parse(resources.find((one) => show(one) === 'ConfigMap/px0-identity'));
    expect(config.data['CONSOLE_URL']).toBe(address);
  });

  it('refuses an entrance without a host', async () => {
    await expect(helm.template([], { ingress: { enabled: true } })).rejects.toThrow('host must be set');
  });

  it.skipIf(isHelm)('says after the installation where px0 is, and which secrets it waits for', async () => {
    if (!(helm instanceof GoChart)) throw new Error('Helm says it only where there is a cluster');
    const secrets = (text: string) => text.split('It waits for these secrets:\n')[1]?.match(/px0-[a-z-]+/g);
    expect(await helm.notes(['values-dev.yaml'])).toMatch(
      /It is at px0\.localhost[\s\S]*keep no data in it\.$/m,
    );
    const always = ['px0-database', 'px0-database-migrations', 'px0-identity', 'px0-nats', 'px0-redis'];
    const byDefault = await helm.notes([]);
    expect(byDefault).toContain('port-forward service/gateway');
    expect(secrets(byDefault)).toEqual(always);
    expect(secrets(await helm.notes(['values-production.yaml']))).toEqual(always);
    const more = {
      postgresTls: { enabled: true },
      telemetry: { storeExporters: { enabled: true } },
      nats: { tls: { certManager: { enabled: false } } },
      secrets: { identity: { data: { PX0_SECRET_KEY: 'made-by-the-chart' } } },
    };
    expect(new Set(secrets(await helm.notes(['values-production.yaml'], more)))).toEqual(
      new Set([
        ...always.filter((name) => name !== 'px0-identity'),
        'px0-database-ca',
        'px0-exporters',
        'px0-nats-tls',
      ]),
    );
  });

  it('has an Ingress of its own for streams, with TLS on both', async () => {
    const resources = await helm.template(['values-dev.yaml'], {
      ingress: { className: 'nginx', tls: [{ hosts: ['px0.localhost'], secretName: 'px0-tls' }] },
    });
    expect(resources.flatMap(faultsOf)).toEqual([]);
    const ingresses = resources.filter(({ kind }) => kind === 'Ingress');
    expect(ingresses.map(show)).toEqual(['Ingress/px0', 'Ingress/px0-delivery']);
    for (const one of ingresses)
      expect(one['spec'], show(one)).toMatchObject({
        ingressClassName: 'nginx',
        tls: [{ secretName: 'px0-tls' }],
      });
  });
});

const named = z.looseObject({ name: z.string() });
const hash = /-[0-9a-f]{8}$/;

const counterparts = {
  dev: () => build('k8s/overlays/dev'),
  production: () => build('k8s/overlays/production'),
  'the defaults': () =>
    buildWith('k8s/base', [], {
      images: services.map((service) => ({ name: `px0-${service}`, newTag: manifest.version })),
    }),
} as const;
