/** The reference of all environment variables, from the schema of each process that reads them. */
import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { baseConfigSchema, describeConfig, type VariableDescription } from '@px0/service-kit';
import { z } from 'zod';
import { table } from '../reference/operation-page.ts';
import { repositoryRoot } from '../repository.ts';
import type { Page } from './page.ts';

export interface Process {
  readonly name: string;
  readonly variables: readonly VariableDescription[];
}

const zodObject = z.custom<z.ZodObject>((value) => value instanceof z.ZodObject);
const serviceModule = z.object({ configSchema: zodObject });
const relayModule = z.object({ relayConfigSchema: zodObject });
const launcherModule = z.object({ launcherConfigSchema: zodObject });

/** Every service, by name; a service is a folder with a configuration of its own. Behind them the relay, another entry of render. */
export async function readProcesses(): Promise<Process[]> {
  const find = (pattern: string) => globSync(pattern, { cwd: repositoryRoot }).sort();
  const services = find('services/*/src/config.ts').map(async (file) => {
    const { configSchema } = serviceModule.parse(await load(file));
    return { name: basename(dirname(dirname(file))), variables: describeConfig(configSchema) };
  });
  const relays = find('services/*/src/relay/relay-config.ts').map(async (file) => {
    const { relayConfigSchema } = relayModule.parse(await load(file));
    return { name: 'relay', variables: describeConfig(relayConfigSchema) };
  });
  return await Promise.all([...services, ...relays]);
}

/** The table that stands for the line `<!-- launcher variables -->`: what `npm start` itself reads. */
export async function launcherTable(): Promise<string> {
  const module = launcherModule.parse(await load('packages/local-platform/src/launcher-config.ts'));
  return variableTable(describeConfig(module.launcherConfigSchema));
}

/** Not an import: a package knows no service, and looks for whichever there are. */
async function load(file: string): Promise<unknown> {
  return await import(pathToFileURL(join(repositoryRoot, file)).href);
}

export async function configurationPage(): Promise<Page> {
  const processes = await readProcesses();
  const shared = describeConfig(baseConfigSchema);
  const isShared = ({ name, description }: VariableDescription) =>
    shared.some((one) => one.name === name && one.description === description);
  const readers = (name: string) =>
    processes
      .filter(({ variables }) => variables.some((variable) => variable.name === name && isShared(variable)))
      .map((process) => process.name);
  const summary = 'Every environment variable that a px0 process reads, with its default.';
  const parts = [
    '# Configuration',
    summary,
    'A process reads its environment once, at startup. If a value is wrong, the process exits with one sentence that names the variable and never shows the value. An empty string counts as not set. This page is generated from the schemas that validate the environment.',
    '## Variables shared by several services',
    'Every service and the [relay](relay.md) read these variables, except where the last sentence names those that do.',
    variableTable(shared, (variable) => {
      const names = readers(variable.name);
      return names.length === processes.length ? '' : `Read by ${names.join(', ')}.`;
    }),
    ...processes.flatMap(({ name, variables }) => {
      const own = variables.filter((variable) => !isShared(variable));
      return [`## ${name}`, own.length === 0 ? 'Only the shared variables.' : variableTable(own)];
    }),
    '## Telemetry',
    'Set `OTEL_EXPORTER_OTLP_ENDPOINT` to turn on traces and metrics. See [Setup telemetry](../get-started/setup-telemetry.md).',
    '## npm start',
    'The launcher of `npm start` reads its own variables, listed in [Run px0 locally](../get-started/run-locally.md#settings), and passes all others to every service.',
  ];
  return {
    path: 'operations/configuration.md',
    title: 'Configuration',
    summary,
    markdown: `${parts.join('\n\n')}\n`,
  };
}

function variableTable(
  variables: readonly VariableDescription[],
  readers?: (variable: VariableDescription) => string,
): string {
  return table(
    ['variable', 'default', 'meaning'],
    variables.map((variable) => [
      `\`${variable.name}\``,
      defaultText(variable),
      [meaning(variable), ...(readers ? [readers(variable)] : [])].join(' ').trim(),
    ]),
  );
}

function defaultText({ required, default: fallback }: VariableDescription): string {
  if (required) return 'must be set';
  return fallback === undefined ? 'none' : fallback === '' ? 'empty' : `\`${fallback}\``;
}

function meaning({ type, description }: VariableDescription): string {
  const choices = type.includes(' | ')
    ? ` One of ${type
        .split(' | ')
        .map((one) => `\`${one}\``)
        .join(', ')}.`
    : '';
  return `${description}${choices}`;
}
