/** How processes find each other in a cluster: the gateway by EndpointSlices, which it may read, and clients of NATS by its servers' names. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { services } from '../../scripts/generate/service-variables.ts';
import { serviceNameOf } from '../../services/gateway/src/upstreams/endpoints/endpoint-slice.ts';
import { build, natsServerNames, ofKind, type Resource, workload, workloadsOf } from './kustomize.ts';

const names = ['dev', 'production'] as const;
const overlays: Record<(typeof names)[number], Resource[]> = { dev: [], production: [] };

beforeAll(async () => {
  for (const name of names) overlays[name] = await build(`k8s/overlays/${name}`);
}, 300_000);

const named = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const show = ({ kind, metadata }: Resource) => `${kind}/${metadata.name}`;

/** What the gateway reads from its own ConfigMap. */
function gatewaySettings(name: (typeof names)[number]): Readonly<Record<string, string>> {
  const maps = ofKind(
    overlays[name],
    'ConfigMap',
    named.extend({ data: z.record(z.string(), z.string()).default({}) }),
  );
  return maps.find(({ metadata }) => metadata.name.startsWith('px0-gateway-'))?.data ?? {};
}

describe.each(names)('in %s, the gateway', (name) => {
  it('may read the EndpointSlices of its own namespace, and nothing else', () => {
    const all = overlays[name];
    const [namespace] = all.filter(({ kind }) => kind === 'Namespace');
    expect(all.filter(({ kind }) => /^(?:Cluster)?Role/.test(kind))).toMatchObject([
      {
        kind: 'Role',
        rules: [
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
        ],
      },
      {
        kind: 'RoleBinding',
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'px0-gateway' },
        subjects: [{ kind: 'ServiceAccount', name: 'px0-gateway', namespace: namespace?.metadata.name }],
      },
    ]);
  });

  it('has its service account for itself, and the only token', () => {
    const { spec } = workload(overlays[name], 'Deployment', 'gateway').pod;
    expect([spec.serviceAccountName, spec.automountServiceAccountToken]).toEqual(['px0-gateway', true]);
    const others = workloadsOf(overlays[name]).filter((one) => one.name !== 'gateway');
    expect(others.filter(({ pod }) => pod.spec.serviceAccountName === 'px0-gateway')).toEqual([]);
    expect(others.filter(({ pod }) => pod.spec.automountServiceAccountToken !== false)).toEqual([]);
    const accounts = ofKind(
      overlays[name],
      'ServiceAccount',
      named.extend({ automountServiceAccountToken: z.boolean() }),
    );
    expect(accounts.map((one) => one.automountServiceAccountToken)).toEqual(accounts.map(() => false));
  });

  it('reaches the API server, as nobody else does', () => {
    const policies = ofKind(
      overlays[name],
      'NetworkPolicy',
      named.extend({
        spec: z.looseObject({
          podSelector: z.unknown(),
          egress: z
            .array(z.looseObject({ ports: z.array(z.looseObject({ port: z.unknown() })) }))
            .default([]),
        }),
      }),
    );
    const reaching = policies.filter(({ spec }) =>
      spec.egress.some(({ ports }) => ports.some(({ port }) => port === 6443)),
    );
    expect(reaching).toMatchObject([
      {
        metadata: { name: 'gateway-endpoints' },
        spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'gateway' } } },
      },
    ]);
    expect(reaching[0]?.spec.egress).toEqual([
      { ports: [443, 6443].map((port) => ({ protocol: 'TCP', port })) },
    ]);
  });

  it('knows every service by a name that is a service of its namespace, and asks the API server about it', () => {
    const settings = gatewaySettings(name);
    expect(settings['KUBERNETES_API_URL']).toBe('https://kubernetes.default.svc');
    const there = overlays[name].map(show);
    for (const variable of ['IDENTITY_URL', 'TENANCY_URL', 'PROMPT_REGISTRY_URL', 'RENDER_URL']) {
      const service = serviceNameOf(new URL(settings[variable] ?? '').hostname, 'px0');
      expect(there, variable).toContain(`Service/${service}`);
    }
  });

  it('learns of a new pod before an old one ends, also of the only one', () => {
    const deployment = named.extend({
      spec: z.looseObject({
        strategy: z.object({ rollingUpdate: z.object({ maxSurge: z.number(), maxUnavailable: z.number() }) }),
      }),
    });
    const own = overlays[name].filter(({ metadata }) => services.some((one) => one === metadata.name));
    const found = ofKind(own, 'Deployment', deployment);
    expect(found).toHaveLength(services.length);
    for (const { metadata, spec } of found)
      expect(spec.strategy.rollingUpdate, metadata.name).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  });
});

it('the certificate of NATS has each name by which a client knows a server', () => {
  const [certificate] = ofKind(
    overlays.production,
    'Certificate',
    z.looseObject({ spec: z.looseObject({ dnsNames: z.array(z.string()) }) }),
  );
  const subjectaltname = (certificate?.spec.dnsNames ?? []).map((name) => `DNS:${name}`).join(', ');
  // Node.js judges as its clients do: a wildcard of two parts stands for nothing.
  const judge = (names: string) => (server: string) =>
    checkServerIdentity(server, { subject: { CN: '' }, subjectaltname: names } as PeerCertificate);
  expect(natsServerNames.map(judge(subjectaltname))).toEqual(natsServerNames.map(() => undefined));
  expect(judge('DNS:*.nats-peers')('nats-0.nats-peers')).toBeInstanceOf(Error);
});
