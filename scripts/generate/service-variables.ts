/** The environment of every process that an image runs, from the schemas that the processes themselves read it by. */
import { describeConfig, type VariableDescription } from '@px0/service-kit';
import { configSchema as gateway } from '../../services/gateway/src/config.ts';
import { configSchema as identity } from '../../services/identity/src/config.ts';
import { configSchema as promptRegistry } from '../../services/prompt-registry/src/config.ts';
import { configSchema as render } from '../../services/render/src/config.ts';
import { configSchema as tenancy } from '../../services/tenancy/src/config.ts';

export const serviceVariables = {
  gateway: describeConfig(gateway),
  identity: describeConfig(identity),
  tenancy: describeConfig(tenancy),
  'prompt-registry': describeConfig(promptRegistry),
  render: describeConfig(render),
} as const satisfies Record<string, readonly VariableDescription[]>;

export type Service = keyof typeof serviceVariables;

export const services: readonly Service[] = ['gateway', 'identity', 'tenancy', 'prompt-registry', 'render'];

/** Who reads a variable, and what the first of them says about it. */
export function variableOf(
  name: string,
): { readonly readers: readonly Service[]; readonly description: VariableDescription } | undefined {
  const readers = services.filter((service) => serviceVariables[service].some((one) => one.name === name));
  const [first] = readers;
  const description =
    first === undefined ? undefined : serviceVariables[first].find((one) => one.name === name);
  return description === undefined ? undefined : { readers, description };
}
