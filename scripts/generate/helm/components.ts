/** Which value of the chart switches on what is in a folder of `k8s/components`, and other names that the chart's values have for things of `k8s/`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ReadFile, readKustomization, type Source } from './kustomize-source.ts';

const folder = 'k8s/components';

const conditions: Readonly<Record<string, string>> = {
  'direct-render': '.Values.directRender.enabled',
  'gateway-api': '.Values.gatewayApi.enabled',
  ingress: '.Values.ingress.enabled',
  'nats-tls': '.Values.nats.tls.enabled',
  'postgres-tls': '.Values.postgresTls.enabled',
  relay: '.Values.relay.enabled',
  'render-request-rate': '.Values.render.autoscaling.requestRate.enabled',
  'store-exporters': '.Values.telemetry.storeExporters.enabled',
  stores: '.Values.stores.enabled',
  telemetry: '.Values.telemetry.enabled',
};

export interface Component {
  readonly name: string;
  /** An expression that is true when the component is chosen. */
  readonly condition: string;
  readonly source: Source;
}

/** @throws Error for a folder that no value switches on */
export function components(readFile: ReadFile): Component[] {
  return readdirSync(join(import.meta.dirname, '..', '..', '..', folder))
    .toSorted()
    .map((name) => {
      const condition = conditions[name];
      if (condition === undefined)
        throw new Error(`${folder}/${name}: components.ts does not say which value of the chart chooses it`);
      return { name, condition, source: readKustomization(`${folder}/${name}`, readFile) };
    });
}

/** Pods whose scheduling and resources are set under a name in the values. */
export const valuesOfWorkload: Readonly<Record<string, string>> = {
  gateway: 'gateway',
  identity: 'identity',
  tenancy: 'tenancy',
  'prompt-registry': 'promptRegistry',
  render: 'render',
  relay: 'relay',
  nats: 'nats',
  compact: 'compact',
  'migrate-identity': 'migrations',
  'migrate-tenancy': 'migrations',
  'migrate-prompt-registry': 'migrations',
  postgres: 'stores.postgres',
  redis: 'stores.redis',
};

/** Secrets by the name that the manifests know them by. */
export const valuesOfSecret: Readonly<Record<string, string>> = {
  'px0-database': 'database',
  'px0-database-migrations': 'databaseMigrations',
  'px0-nats': 'nats',
  'px0-identity': 'identity',
  'px0-redis': 'redis',
  'px0-postgres': 'postgres',
  'px0-nats-tls': 'natsTls',
  'px0-database-ca': 'databaseCa',
  'px0-exporters': 'exporters',
  'px0-relay': 'relay',
};

/** ConfigMaps of variables, which are values as a whole. */
export const valuesOfConfigMap: Readonly<Record<string, string>> = {
  'px0-process': 'process',
  'px0-upstream': 'upstream',
  'px0-stream': 'stream',
  'px0-gateway': 'gateway',
  'px0-render': 'render',
  'px0-identity': 'identity',
  'px0-relay': 'relay',
};

/** Network policies whose ways out are values: what lies beyond them is the site's own. */
export const valuesOfEgress: Readonly<Record<string, string>> = {
  dns: 'dns',
  'postgres-clients': 'postgres',
  'redis-clients': 'redis',
  'identity-mail': 'mail',
  'gateway-endpoints': 'apiServer',
  'relay-upstream': 'relayUpstream',
};
