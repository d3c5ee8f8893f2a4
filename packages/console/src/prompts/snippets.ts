/** How an application renders a prompt, with the prompt's real slug and variables and this installation's address. */
import type { Wire } from '@px0/contracts';
import type { JsonValue } from '../editor/json-value.ts';

export type SnippetLanguage = 'curl' | 'TypeScript' | 'Python' | 'Go';

export interface Snippet {
  readonly language: SnippetLanguage;
  readonly install: string | undefined;
  readonly code: string;
}

/** Variables to show: a saved payload's, or made-up ones for what the live version reads. */
export function sampleVariables(variables: readonly Wire<'TemplateVariable'>[]): {
  readonly [name: string]: JsonValue;
} {
  const sample: [string, JsonValue][] = [];
  for (const { path, shape } of variables) {
    if (!/^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(path)) continue;
    sample.push([path, shape === 'list' ? [] : shape === 'map' ? {} : '…']);
  }
  return Object.fromEntries(sample);
}

export function snippetsFor(slug: string, origin: string, variables: JsonValue): readonly Snippet[] {
  return [
    {
      language: 'curl',
      install: undefined,
      code: [
        `curl -s ${origin}/v1/prompts/${encodeURIComponent(slug)}/render \\`,
        '  -H "Authorization: Bearer $PX0_ACCESS_TOKEN" \\',
        "  -H 'Content-Type: application/json' \\",
        `  -d ${shellQuoted(JSON.stringify({ variables }))}`,
      ].join('\n'),
    },
    {
      language: 'TypeScript',
      install: 'npm install @px0/sdk',
      code: [
        "import { Px0 } from '@px0/sdk';",
        '',
        '// Reads PX0_HOST and PX0_ACCESS_TOKEN.',
        'const px0 = new Px0();',
        `const { text } = await px0.render(${singleQuoted(slug)}, ${objectLiteral(variables)});`,
      ].join('\n'),
    },
    {
      language: 'Python',
      install: 'pip install px0',
      code: [
        'from px0 import Px0',
        '',
        'px0 = Px0()  # reads PX0_HOST and PX0_ACCESS_TOKEN',
        `text = px0.render(${JSON.stringify(slug)}, ${pythonLiteral(variables)}).text`,
      ].join('\n'),
    },
    {
      language: 'Go',
      install: undefined,
      code: [
        'client, err := px0.New() // reads PX0_HOST and PX0_ACCESS_TOKEN',
        'if err != nil {',
        '\treturn err',
        '}',
        `result, err := client.Render(ctx, ${JSON.stringify(slug)}, px0.Vars${goFields(variables)})`,
        'if err != nil {',
        '\treturn err',
        '}',
        'fmt.Println(result.Text)',
      ].join('\n'),
    },
  ];
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function singleQuoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** JSON is TypeScript; keys that are identifiers go without quotes. */
function objectLiteral(value: JsonValue): string {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' ? singleQuoted(value) : JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(objectLiteral).join(', ')}]`;
  const entries = Object.entries(value).map(
    ([key, item]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : singleQuoted(key)}: ${objectLiteral(item)}`,
  );
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function pythonLiteral(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`)
    .join(', ')}}`;
}

function goFields(value: JsonValue): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return '{}';
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${goLiteral(item)}`)
    .join(', ')}}`;
}

function goLiteral(value: JsonValue): string {
  if (value === null) return 'nil';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]any{${value.map(goLiteral).join(', ')}}`;
  return `map[string]any${goFields(value)}`;
}
