/** A schema for readers: its fields in rows, and an example of a value. */
import { resolve, type Schema } from './description.ts';

export interface Field {
  /** `prompt.tags[]` and so on. */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** Deep enough for every schema of the API, and an end for one that contains itself. */
const DEEPEST = 5;

/** The fields of an object, those of inner objects after their parent. */
export function fieldsOf(schema: Schema, prefix = '', depth = 0): Field[] {
  const resolved = withoutNull(resolve(schema));
  if (depth === DEEPEST) return [];
  const required = new Set(resolved.required);
  return Object.entries(resolved.properties ?? {}).flatMap(([key, raw]) => {
    const field = resolve(raw);
    const name = prefix + key;
    const row = {
      name,
      type: typeOf(raw),
      required: required.has(key),
      description: field.description ?? '',
    };
    const inner = withoutNull(field);
    const below =
      inner.items === undefined
        ? fieldsOf(inner, `${name}.`, depth + 1)
        : fieldsOf(inner.items, `${name}[].`, depth + 1);
    return [row, ...below];
  });
}

/** A schema that also allows null, without that. */
function withoutNull(schema: Schema): Schema {
  const others = schema.anyOf?.filter((option) => option.type !== 'null');
  const [only] = others ?? [];
  if (others?.length !== 1 || only === undefined) return schema;
  const { anyOf: _, ...own } = schema;
  return { ...resolve(only), ...own };
}

export function typeOf(raw: Schema): string {
  const schema = resolve(raw);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' or ');
  if (schema.type === 'array') {
    const item = schema.items === undefined ? 'value' : typeOf(schema.items);
    return `list of ${item.includes(' ') ? `(${item})` : item}`;
  }
  if (schema.type === undefined) return 'any JSON';
  return schema.format === undefined ? schema.type : `${schema.type} (${schema.format})`;
}

const SAMPLE_TEXTS: { readonly [name: string]: string } = {
  template: 'Hello, {{.name}}!',
  rendered: 'Hello, Ada!',
  email: 'ada@example.com',
  user_email: 'ada@example.com',
  slug: 'greeting',
  token: 'sess_...',
  key: 'ak_...',
  error: 'prompt not found',
};

const SAMPLE_NUMBERS: { readonly [name: string]: number } = { page: 1, limit: 10, total: 1, version: 3 };

const FORMATS: { readonly [format: string]: string } = {
  uuid: '5d2c8e1a-3f74-4b6e-9c1d-7e8f90a1b2c3',
  'date-time': '2026-01-02T03:04:05.12Z',
  email: 'ada@example.com',
};

/** A plausible value of the schema; the description's own example where it has one. */
export function exampleOf(raw: Schema, name = '', depth = 0): unknown {
  const schema = withoutNull(resolve(raw));
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.examples !== undefined && schema.examples.length > 0) return schema.examples[0];
  const [option] = schema.anyOf ?? [];
  if (option !== undefined) return exampleOf(option, name, depth);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      return depth === DEEPEST ? {} : exampleObject(schema, depth);
    case 'array':
      return schema.items === undefined || depth === DEEPEST
        ? []
        : [exampleOf(schema.items, name, depth + 1)];
    case 'integer':
    case 'number':
      return SAMPLE_NUMBERS[name] ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return SAMPLE_TEXTS[name] ?? FORMATS[schema.format ?? ''] ?? 'text';
    default:
      return {};
  }
}

function exampleObject(schema: Schema, depth: number): object {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([key, value]) => [key, exampleOf(value, key, depth + 1)]),
  );
}
