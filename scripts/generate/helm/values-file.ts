/** A tree of values, written as the chart's `values.yaml` and `values.schema.json`. */
import type { Mapping } from './kustomize-source.ts';
import { yamlText } from './yaml-text.ts';

interface Leaf {
  readonly about: string;
  readonly default: unknown;
  readonly schema: Mapping;
}

export interface Group {
  readonly about: string;
  readonly members: Readonly<Record<string, Value>>;
}

export type Value = Leaf | Group;

export function leaf(about: string, fallback: unknown, schema: Mapping): Leaf {
  return { about, default: fallback, schema };
}

export function group(about: string, members: Readonly<Record<string, Value>>): Group {
  return { about, members };
}

/** The defaults, each below what it means. */
export function valuesYaml({ members }: Group): string {
  return Object.entries(members)
    .map(([name, one]) => {
      const comment = one.about === '' ? '' : `# ${one.about.replaceAll('\n', '\n# ')}\n`;
      if ('members' in one) return `${comment}${name}:\n${indented(valuesYaml(one))}`;
      return comment + yamlText({ [name]: one.default });
    })
    .join('');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** What Helm checks values by; a name that the chart does not know is a mistake. */
export function valuesSchema(values: Group): Mapping {
  const { properties, ...schema } = groupSchema(values);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    // A chart that has this one among its parts hands its own settings down.
    properties: { ...properties, global: { type: 'object' } },
  };
}

function schemaOf(one: Value): Mapping {
  if ('members' in one) return { ...groupSchema(one) };
  return { ...described(one), ...one.schema };
}

function groupSchema(one: Group) {
  return {
    ...described(one),
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(one.members).map(([name, member]) => [name, schemaOf(member)]),
    ),
  };
}

function described({ about }: Value): Mapping {
  return about === '' ? {} : { description: about };
}
