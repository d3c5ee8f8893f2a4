/** What `kubectl apply -k` would send to a cluster, and the pieces of it that the checks look at. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { tool } from './tools.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** How clients know the servers of NATS: each by itself, and last all of them by their service. */
export const natsServerNames = [
  'nats-0.nats-peers',
  'nats-1.nats-peers',
  'nats-2.nats-peers',
  'nats',
] as const;

const resourceSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
});

export type Resource = z.infer<typeof resourceSchema>;

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  ports: z.array(z.looseObject({ name: z.string(), containerPort: z.number() })).default([]),
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .looseObject({
            secretKeyRef: z
              .looseObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() })
              .optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z.array(z.looseObject({ configMapRef: z.object({ name: z.string() }) })).default([]),
  volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
  resources: z.object({
    requests: z.looseObject({ cpu: z.string(), memory: z.string() }),
    limits: z.looseObject({ memory: z.string() }),
  }),
  securityContext: z.unknown().optional(),
  startupProbe: z.unknown().optional(),
  readinessProbe: z.unknown().optional(),
  livenessProbe: z.unknown().optional(),
});

export type Container = z.infer<typeof containerSchema>;

const podSchema = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    containers: z.array(containerSchema),
    securityContext: z.unknown().optional(),
    serviceAccountName: z.string().optional(),
    automountServiceAccountToken: z.boolean().optional(),
    terminationGracePeriodSeconds: z.number().optional(),
    volumes: z.array(z.looseObject({ name: z.string() })).default([]),
  }),
});

export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly pod: z.infer<typeof podSchema>;
}

const withTemplate = z.looseObject({ spec: z.looseObject({ template: podSchema }) });
const cronJob = z.looseObject({ spec: z.looseObject({ jobTemplate: withTemplate }) });

/** Builds a folder of the repository. @throws Error what kustomize said */
export async function build(folder: string): Promise<Resource[]> {
  const { stdout } = await run(await tool('kubectl'), ['kustomize', join(root, folder)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return resourcesOf(stdout);
}

/** The documents of a stream of YAML; empty ones are none. */
export function resourcesOf(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) =>
    document.toJS() === null ? [] : [resourceSchema.parse(document.toJS())],
  );
}

/** Builds an overlay together with components that it does not choose by itself, and with more of a kustomization's fields. */
export async function buildWith(
  overlay: string,
  components: readonly string[],
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Resource[]> {
  const folder = await mkdtemp(join(tmpdir(), 'px0-kustomize-'));
  try {
    const path = (name: string) => relative(folder, join(root, name));
    await writeFile(
      join(folder, 'kustomization.yaml'),
      JSON.stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [path(overlay)],
        components: components.map(path),
        ...fields,
      }),
    );
    const { stdout } = await run(await tool('kubectl'), ['kustomize', folder], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return resourcesOf(stdout);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A resource's kind and name. */
export function show({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.name}`;
}

/** Everything that makes pods. */
export function workloadsOf(resources: readonly Resource[]): Workload[] {
  return resources.flatMap((resource) => {
    const { kind, metadata } = resource;
    if (['Deployment', 'StatefulSet', 'Job'].includes(kind))
      return [{ kind, name: metadata.name, pod: withTemplate.parse(resource).spec.template }];
    if (kind === 'CronJob')
      return [{ kind, name: metadata.name, pod: cronJob.parse(resource).spec.jobTemplate.spec.template }];
    return [];
  });
}

export function workload(resources: readonly Resource[], kind: string, name: string): Workload {
  const found = workloadsOf(resources).find((one) => one.kind === kind && one.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

export function ofKind<T extends z.ZodType>(
  resources: readonly Resource[],
  kind: string,
  schema: T,
): z.infer<T>[] {
  return resources.filter((resource) => resource.kind === kind).map((resource) => schema.parse(resource));
}
