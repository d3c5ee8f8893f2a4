/** The prompts' variables as typed dictionaries of Python, and a function for each, for both clients of the SDK. */
import { commentText, quotedText } from './escapes.ts';
import { Names, pascalCase, snakeCase, wordsOf } from './names.ts';
import { type Prompt, withoutVariables } from './prompt.ts';
import { type Alternative, type ObjectShape, type Shape, typesOfValue } from './shape.ts';

const KEYWORDS =
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal
  not or pass raise return try while with yield`.split(/\s+/);
/** What the file itself uses, in lower case as functions are. */
const USED = ['annotations', 'bool', 'float', 'int', 'str'];
const RESERVED = new Set([...KEYWORDS, ...USED]);

/** What may have to be imported, by module. */
const IMPORTS = {
  typing: ['Any', 'Literal', 'Mapping', 'Optional', 'Sequence', 'TypeVar', 'Union'],
  px0: ['RenderOptions', 'Renderer'],
  typing_extensions: ['Never', 'NotRequired', 'Required', 'TypedDict', 'Unpack'],
} as const;

const TAKEN = Object.values(IMPORTS).flat();

const RESULT = '_Result = TypeVar("_Result")\n';

export function pythonFile(header: string, prompts: readonly Prompt[]): string {
  const names = new Names(TAKEN);
  const types = new TypedDicts(names);
  const named = prompts.map(({ slug, variables }) => {
    const words = wordsOf(slug);
    return {
      slug,
      variables,
      name: names.claimOne(notReserved(snakeCase(words))),
      type: types.claim(words),
    };
  });
  const parts = named.flatMap(({ slug, variables, name, type }) => [
    ...types.of(variables, type),
    withoutVariables(variables)
      ? functionOf(slug, name)
      : functionOf(slug, name, variables.fields.length === 0 ? 'Mapping[str, Any]' : type),
  ]);
  const first = `# ${header}. Do not edit.\n`;
  if (prompts.length === 0) return first;
  const code = [RESULT, ...parts].join('\n\n');
  return `${first}from __future__ import annotations\n\n${importsOf(code)}\n${code}`;
}

function notReserved(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

function importsOf(code: string): string {
  const words = new Set(code.match(/\w+/g));
  return Object.entries(IMPORTS)
    .map(([module, all]) => {
      const used = all.filter((name) => words.has(name));
      const line = `from ${module} import ${used.join(', ')}\n`;
      return used.length === 0 ? '' : module === 'px0' ? `\n${line}` : line;
    })
    .join('');
}

function functionOf(slug: string, name: string, type?: string): string {
  const parameter = type === undefined ? '' : `    variables: ${type},\n`;
  const value = type === undefined ? '{}' : 'variables';
  return (
    `def ${name}(\n    px0: Renderer[_Result],\n${parameter}    **options: Unpack[RenderOptions],\n) -> _Result:\n` +
    `    return px0.render(${quotedText(slug)}, ${value}, **options)\n`
  );
}

interface Entry {
  readonly key: string;
  readonly type: string;
  readonly comments: readonly string[];
}

class TypedDicts {
  readonly #names: Names;
  /** Of the prompt at hand, those first that others refer to. */
  #written: string[] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  claim(words: readonly string[]): string {
    return this.#names.claim((number) => ({ name: `${pascalCase(words)}${number}Variables` })).name;
  }

  of(shape: ObjectShape, name: string): string[] {
    this.#written = [];
    if (shape.fields.length > 0) this.#write(shape, name);
    return this.#written;
  }

  #write({ fields, documentation }: ObjectShape, name: string): void {
    const entries = fields.map(({ key, isRequired, isDeprecated, shape, documentation: lines }): Entry => {
      const type = this.#union(shape, name + pascalCase(wordsOf(key)));
      return {
        key,
        type: `${isRequired ? 'Required' : 'NotRequired'}[${type}]`,
        comments: commentsOf(isDeprecated ? [...lines, 'Deprecated.'] : lines),
      };
    });
    const about = commentsOf(documentation).map((line) => `${line}\n`);
    const text = canBeClass(entries) ? classOf(name, entries) : callOf(name, entries);
    this.#written.push(about.join('') + text);
  }

  #union(shape: Shape, name: string): string {
    const literals = shape.flatMap(
      (one) => (one.kind === 'literal' ? literalOf(one.value) : undefined) ?? [],
    );
    const types = shape.flatMap((one) => this.#type(one, name) ?? []);
    if (literals.length > 0) types.unshift(`Literal[${literals.join(', ')}]`);
    const all = [...new Set(types)];
    const others = all.filter((type) => type !== 'None');
    const [first] = others;
    if (first === undefined) return all.length === 0 ? 'Never' : 'None';
    const union = others.length === 1 ? first : `Union[${others.join(', ')}]`;
    return others.length === all.length ? union : `Optional[${union}]`;
  }

  /** Undefined for what stands in a `Literal`. */
  #type(alternative: Alternative, name: string): string | undefined {
    switch (alternative.kind) {
      case 'any':
        return 'Any';
      case 'string':
        return 'str';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'None';
      case 'message':
        return OBJECT;
      case 'list':
        return `Sequence[${this.#union(alternative.items, `${name}Item`)}]`;
      case 'object':
        return this.#object(alternative.object, name);
      case 'literal':
        return literalOf(alternative.value) === undefined ? typeOfValue(alternative.value) : undefined;
    }
  }

  #object(shape: ObjectShape, name: string): string {
    if (shape.fields.length === 0) return OBJECT;
    const own = this.#names.claimOne(name);
    this.#write(shape, own);
    return own;
  }
}

const OBJECT = 'Mapping[str, Any]';

/** Undefined for a value that cannot stand in a `Literal`. */
function literalOf(value: unknown): string | undefined {
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

function typeOfValue(value: unknown): string {
  const [type] = typesOfValue(value);
  if (type === 'null') return 'None';
  if (type === 'array') return 'Sequence[Any]';
  return type === 'object' ? OBJECT : 'float';
}

/** Whether the keys can be names in the body of a class, where none of them takes the name of a type away from those behind it. */
function canBeClass(entries: readonly Entry[]): boolean {
  const words = new Set(entries.flatMap(({ type }) => type.match(/\w+/g) ?? []));
  return entries.every(
    ({ key }) => /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(key) && !KEYWORDS.includes(key) && !words.has(key),
  );
}

function classOf(name: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ key, type, comments }) => [...comments, `${key}: ${type}`]);
  return `class ${name}(TypedDict):\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

function callOf(name: string, entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ key, type, comments }) => [...comments, `${quotedText(key)}: ${type},`]);
  const members = lines.map((line) => `        ${line}\n`).join('');
  return `${name} = TypedDict(\n    ${quotedText(name)},\n    {\n${members}    },\n)\n`;
}

/** Begun so that none is a comment for a type checker, such as `# type: ignore`. */
function commentsOf(documentation: readonly string[]): string[] {
  return documentation.map((line) => `#: ${commentText(line)}`.trimEnd());
}
