/** The prompts' variables as interfaces of TypeScript, and a function for each. */
import { blockCommentText, typescriptText } from './escapes.ts';
import { camelCase, Names, pascalCase, wordsOf } from './names.ts';
import { type Prompt, withoutVariables } from './prompt.ts';
import type { Alternative, Field, ObjectShape, Shape } from './shape.ts';

/** Words that no constant of a module may be called. */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export exports extends false finally for function globalThis
  if implements import in instanceof interface let new null package private protected public require return static super switch this throw true try typeof
  undefined var void while with yield`.split(/\s+/),
);

/** What every object has already: where such a key is left out, an object literal still has a value of it, of another type. */
const INHERITED = new Set(
  Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith('__')),
);

const OPEN = 'Readonly<Record<string, unknown>>';
/** The first is for values of interfaces, which have no index signature; the second for literals, whose other keys must be known. */
const MESSAGE = '{ role: string } | { role: string; [key: string]: unknown }';

export function typescriptFile(header: string, prompts: readonly Prompt[]): string {
  const names = new Names();
  const parts = prompts.map(({ slug, variables }) => {
    const words = wordsOf(slug);
    const { name, type } = names.claim((number) => ({
      name: notReserved(camelCase(words) + number),
      type: `${pascalCase(words)}${number}Variables`,
    }));
    return withoutVariables(variables)
      ? functionOf(slug, name)
      : interfaceOf(variables, type) + functionOf(slug, name, type);
  });
  const imports = "import type { Px0, RenderOptions, RenderResult } from '@px0/sdk';\n";
  return `// ${header}. Do not edit.\n${[parts.length === 0 ? 'export {};\n' : imports, ...parts].join('\n')}`;
}

function notReserved(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

function functionOf(slug: string, name: string, type?: string): string {
  const [parameter, value] = type === undefined ? ['', '{}'] : [`variables: ${type}, `, '{ ...variables }'];
  return (
    `export const ${name} = (px0: Px0, ${parameter}options?: RenderOptions): Promise<RenderResult> =>\n` +
    `  px0.render(${typescriptText(slug)}, ${value}, options);\n`
  );
}

function interfaceOf(variables: ObjectShape, name: string): string {
  return `${comment(variables.documentation, '')}export interface ${name} ${body(variables, '')}\n\n`;
}

function body({ fields, others }: ObjectShape, indentation: string): string {
  const inner = `${indentation}  `;
  const lines = fields.map((field) => member(field, inner));
  if (others === true) lines.push(`${inner}[key: string]: unknown;\n`);
  return `{\n${lines.join('')}${indentation}}`;
}

function member({ key, isRequired, isDeprecated, shape, documentation }: Field, indentation: string): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : typescriptText(key);
  const about = comment(documentation, indentation, isDeprecated);
  const isInherited = !isRequired && INHERITED.has(key);
  const type = isInherited ? 'unknown' : union(shape, indentation);
  return `${about}${indentation}${name}${isRequired ? '' : '?'}: ${type};\n`;
}

function union(shape: Shape, indentation: string): string {
  const types = [...new Set(shape.map((alternative) => typeOfOne(alternative, indentation)))];
  return types.length === 0 ? 'never' : types.join(' | ');
}

function typeOfOne(alternative: Alternative, indentation: string): string {
  switch (alternative.kind) {
    case 'any':
      return 'unknown';
    case 'integer':
      return 'number';
    case 'literal':
      return literal(alternative.value);
    case 'message':
      return MESSAGE;
    case 'list':
      return `readonly ${inBrackets(union(alternative.items, indentation))}[]`;
    case 'object':
      return object(alternative.object, indentation);
    default:
      return alternative.kind;
  }
}

function object(shape: ObjectShape, indentation: string): string {
  if (shape.fields.length > 0) return body(shape, indentation);
  return shape.others === false ? 'Readonly<Record<string, never>>' : OPEN;
}

function inBrackets(type: string): string {
  return /^(\w+|\{[^{}]*\})$/.test(type) ? type : `(${type})`;
}

function literal(value: unknown): string {
  if (typeof value === 'string') return typescriptText(value);
  if (Array.isArray(value)) return `readonly [${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([key, member]) => `${typescriptText(key)}: ${literal(member)}`);
  return members.length === 0 ? 'Readonly<Record<string, never>>' : `{ ${members.join('; ')} }`;
}

function comment(documentation: readonly string[], indentation: string, isDeprecated = false): string {
  const lines = documentation.map(blockCommentText).filter((line) => line !== '');
  if (isDeprecated) lines.push('@deprecated');
  const [only] = lines;
  if (only === undefined) return '';
  if (lines.length === 1) return `${indentation}/** ${only} */\n`;
  return [
    `${indentation}/**`,
    ...lines.map((line) => `${indentation} * ${line}`),
    `${indentation} */\n`,
  ].join('\n');
}
