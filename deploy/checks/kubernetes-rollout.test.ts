/** What `k8s/` says about where pods find room, how many there are, and what an upgrade may replace. */
import { loadConfig } from '@px0/service-kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchema as gateway } from '../../services/gateway/src/config.ts';
import { build, buildWith, ofKind, type Resource, show, workloadsOf } from './kustomize.ts';

const overlays: Record<'dev' | 'production' | 'with every component', Resource[]> = {
  dev: [],
  production: [],
  'with every component': [],
};
const names = ['dev', 'production', 'with every component'] as const;

beforeAll(async () => {
  overlays.dev = await build('k8s/overlays/dev');
  overlays.production = await build('k8s/overlays/production');
  overlays['with every component'] = await buildWith('k8s/overlays/production', [
    'k8s/components/direct-render',
    'k8s/components/ingress',
  ]);
}, 300_000);

const named = z.looseObject({ name: z.string() });
const scalerSchema = z.looseObject({
  spec: z.looseObject({
    scaleTargetRef: z.object({ kind: z.string(), name: z.string(), apiVersion: z.string() }),
  }),
});
const replicated = z.looseObject({
  metadata: named,
  spec: z.looseObject({ replicas: z.number().default(1) }),
});

/** In thousandths of a processor. */
function thousandths(cpu: string): number {
  return cpu.endsWith('m') ? Number(cpu.slice(0, -1)) : Number(cpu) * 1_000;
}

describe.each(names)('the workloads of %s', (name) => {
  it('state no replicas where an autoscaler decides: an apply would set them back', () => {
    for (const { spec } of ofKind(overlays[name], 'HorizontalPodAutoscaler', scalerSchema)) {
      const { kind, name: scaled } = spec.scaleTargetRef;
      const target = overlays[name].find((one) => show(one) === `${kind}/${scaled}`);
      expect(target, scaled).toBeDefined();
      expect(target?.['spec'], scaled).not.toHaveProperty('replicas');
    }
  });

  it('have the data plane before all others when nodes are full', () => {
    const [known] = ofKind(overlays[name], 'PriorityClass', z.looseObject({ metadata: named }));
    const first = workloadsOf(overlays[name]).filter(
      ({ pod }) => pod.spec['priorityClassName'] !== undefined,
    );
    expect(first.map((one) => one.name).toSorted()).toEqual(['nats', 'render']);
    for (const { pod } of first) expect(pod.spec['priorityClassName']).toBe(known?.metadata.name);
  });

  it('ask for the disk that they write to, and bound what they may fill', () => {
    const withDisk = z.looseObject({
      requests: z.looseObject({ 'ephemeral-storage': z.string() }),
      limits: z.looseObject({ 'ephemeral-storage': z.string() }),
    });
    const empty = z.looseObject({ emptyDir: z.looseObject({ sizeLimit: z.string() }) });
    // The Collector and exporters are other projects' programs, which write no files.
    for (const { name: workload, pod } of workloadsOf(overlays[name]).filter(({ name: one }) =>
      ours.test(one),
    ))
      for (const container of pod.spec.containers.filter(({ name: one }) => ours.test(one)))
        expect(() => withDisk.parse(container.resources), `${workload}/${container.name}`).not.toThrow();
    for (const { name: workload, pod } of workloadsOf(overlays[name]))
      for (const volume of pod.spec.volumes.filter((one) => 'emptyDir' in one))
        expect(() => empty.parse(volume), `${workload}/${volume.name}`).not.toThrow();
  });
});

const ours = /^(gateway|identity|tenancy|prompt-registry|render|nats|compact|postgres|redis|migrate(-.*)?)$/;

describe('a node of two cores', () => {
  it('has room for all of dev and its jobs, and for the replacement of one pod at a time, beside the pods of the cluster itself', () => {
    const counts = new Map(
      ['Deployment', 'StatefulSet'].flatMap((kind) =>
        ofKind(overlays.dev, kind, replicated).map(
          ({ metadata, spec }) => [`${kind}/${metadata.name}`, spec.replicas] as const,
        ),
      ),
    );
    const requests = workloadsOf(overlays.dev).map(({ kind, name, pod }) => {
      const one = pod.spec.containers.reduce(
        (sum, { resources }) => sum + thousandths(resources.requests.cpu),
        0,
      );
      return one * (counts.get(`${kind}/${name}`) ?? 1);
    });
    const sum = requests.reduce((total, one) => total + one, 0);
    // kind's and minikube's own pods ask for 750 to 950 thousandths.
    expect(sum + Math.max(...requests)).toBeLessThan(1_000);
  });
});

describe('a release', () => {
  it('has migration jobs of its own in production, since a job cannot be changed', () => {
    const jobs = workloadsOf(overlays.production).filter(({ kind }) => kind === 'Job');
    expect(jobs.length).toBe(3);
    for (const { name, pod } of jobs) {
      const [, tag] = /:([^:]+)$/.exec(pod.spec.containers[0]?.image ?? '') ?? [];
      expect(name).toBe(`${name.split('-').slice(0, -1).join('-')}-${tag}`);
    }
  });
});

describe('the entrance', () => {
  const ruleSchema = z.looseObject({
    matches: z.array(z.looseObject({ path: z.object({ type: z.string(), value: z.string() }) })),
    timeouts: z.object({ request: z.string().regex(/^\d+s$/) }),
  });
  const routes = (name: (typeof names)[number]) =>
    ofKind(
      overlays[name],
      'HTTPRoute',
      z.looseObject({ spec: z.looseObject({ rules: z.array(ruleSchema) }) }),
    );
  const longest = () => loadConfig(gateway, environment()).LONG_TIMEOUT_MS / 1_000;

  it('has a time limit on every rule of a route, none for streams, and for others more than the gateway has', () => {
    for (const { spec } of routes('with every component')) {
      for (const { matches, timeouts } of spec.rules) {
        const seconds = Number(timeouts.request.slice(0, -1));
        if (matches.some(({ path }) => path.value === '/v1/delivery')) expect(seconds).toBe(0);
        else expect(seconds, JSON.stringify(matches)).toBeGreaterThan(longest());
      }
    }
  });

  it('is an Ingress with more time than the gateway has, and another for streams', () => {
    const ingresses = ofKind(
      overlays['with every component'],
      'Ingress',
      z.looseObject({
        metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()) }),
      }),
    );
    const limits = ingresses.map(({ metadata }) => [
      metadata.name,
      Number(metadata.annotations['nginx.ingress.kubernetes.io/proxy-read-timeout']),
    ]);
    expect(limits).toEqual([
      ['px0', expect.any(Number)],
      ['px0-delivery', 86_400],
    ]);
    expect(limits[0]?.[1]).toBeGreaterThan(longest());
  });
});

function environment(): Record<string, string> {
  return Object.assign(
    {},
    ...ofKind(
      overlays.production,
      'ConfigMap',
      z.looseObject({ metadata: named, data: z.record(z.string(), z.string()) }),
    )
      .filter(({ metadata }) => /^px0-(process|gateway)-/.test(metadata.name))
      .map(({ data }) => data),
  );
}
