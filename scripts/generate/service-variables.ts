/** The environment of every process that an image runs, from the schemas that the processes themselves read it by. */
import { describeConfig, type VariableDescription } from '@px0/service-kit';
import { configSchema as gateway } from '../../services/gateway/src/config.ts';
import { configSchema as identity } from '../../services/identity/src/config.ts';
import { configSchema as promptRegistry } from '../../services/prompt-registry/src/config.ts';
import { configSchema as render } from '../../services/render/src/config.ts';
import { relayConfigSchema as relay } from '../../services/render/src/relay/relay-config.ts';
import { configSchema as tenancy } from '../../services/tenancy/src/config.ts';

export const serviceVariables = {
  gateway: describeConfig(gateway),
  identity: describeConfig(identity),
  tenancy: describeConfig(tenancy),
  'prompt-registry': describeConfig(promptRegistry),
  render: describeConfig(render),
  relay: describeConfig(relay),
} as const satisfies Record<string, readonly VariableDescription[]>;

/** What an image runs. */
export type Process = keyof typeof serviceVariables;

/** What has an image of its own; a relay is an entry of render's. */
export type Service = Exclude<Process, 'relay'>;

export const services: readonly Service[] = ['gateway', 'identity', 'tenancy', 'prompt-registry', 'render'];

export const processes: readonly Process[] = [...services, 'relay'];

/** Who reads a variable, and what the first of them says about it. */
export function variableOf(
  name: string,
): { readonly readers: readonly Process[]; readonly description: VariableDescription } | undefined {
  const readers = processes.filter((service) => serviceVariables[service].some((one) => one.name === name));
  const [first] = readers;
  const description =
    first === undefined ? undefined : serviceVariables[first].find((one) => one.name === name);
  return description === undefined ? undefined : { readers, description };
}
