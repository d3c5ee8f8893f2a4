/** Kubernetes' own schemas and those of the operators that px0 has resources for. */
import { readFile } from 'node:fs/promises';
import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import type { Resource } from './kustomize.ts';
import { kubernetesSchemaFile } from './tools.ts';

/** Faults of one resource, by the schema of its kind; an unknown field is one. */
export async function validator(): Promise<(resource: Resource) => string[]> {
  const definitions = z
    .looseObject({ $defs: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(await readFile(await kubernetesSchemaFile(), 'utf8')));
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: { int32: true, int64: true, double: true, byte: true, 'date-time': true },
  });
  ajv.addSchema(definitions, 'kubernetes');
  const kinds = new Map(
    Object.entries(definitions.$defs).flatMap(([name, definition]) => {
      const groups = z
        .looseObject({
          'x-kubernetes-group-version-kind': z.array(
            z.object({ group: z.string(), version: z.string(), kind: z.string() }),
          ),
        })
        .safeParse(definition).data?.['x-kubernetes-group-version-kind'];
      return (groups ?? []).map(
        ({ group, version, kind }) => [`${group === '' ? '' : `${group}/`}${version} ${kind}`, name] as const,
      );
    }),
  );
  return (resource) => {
    const name = kinds.get(`${resource.apiVersion} ${resource.kind}`);
    if (name === undefined) return customFaults(resource);
    const validate = ajv.getSchema(`kubernetes#/$defs/${name}`);
    if (validate === undefined) return [`no schema ${name}`];
    return validate(resource) === true
      ? []
      : (validate.errors ?? []).map(
          ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
        );
  };
}

const customKinds = {
  'gateway.networking.k8s.io/v1 HTTPRoute': HTTPRoute,
  'cert-manager.io/v1 Certificate': Certificate,
  'monitoring.coreos.com/v1 ServiceMonitor': ServiceMonitor,
  'monitoring.coreos.com/v1 PrometheusRule': PrometheusRule,
} as const;

function customFaults(resource: Resource): string[] {
  const key = `${resource.apiVersion} ${resource.kind}`;
  const Model = Object.entries(customKinds).find(([name]) => name === key)?.[1];
  if (Model === undefined) return [`${key} is a kind that nobody knows`];
  try {
    // The constructor's type wants the fields one by one; whether they are there is what is asked.
    Reflect.construct(Model, [resource]).validate();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
