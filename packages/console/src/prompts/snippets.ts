/** Code that renders a prompt, with its real slug and variables and the address of this installation. */

import type { Wire } from '@px0/contracts';
import { ExactNumber, isList, isObject, type JsonValue } from '../json/mod.ts';

export type SnippetLanguage = 'curl' | 'TypeScript' | 'Python' | 'Go' | 'CLI';

export interface Snippet {
  readonly language: SnippetLanguage;
  readonly install: string | undefined;
  readonly code: string;
}

/** Made-up values for the variables that a version reads. */
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

export interface Rendering {
  readonly slug: string;
  readonly origin: string;
  readonly variables: JsonValue;
  /** A chat is handed to a model as messages. Its text is a transcript for logs. */
  readonly isChat: boolean;
  /** The team to name; undefined: the first team with the slug among those that the key can read. */
  readonly teamId?: string | undefined;
}

export function snippetsFor(rendering: Rendering): readonly Snippet[] {
  const { slug, origin, variables, isChat, teamId } = rendering;
  const url = `${origin}/v1/prompts/${encodeURIComponent(slug)}/render`;
  const inTeam = (text: (id: string) => string) => (teamId === undefined ? '' : text(teamId));
  return [
    {
      language: 'curl',
      install: undefined,
      code: [
        // A shell may take the question mark for a pattern.
        `curl -s ${teamId === undefined ? url : shellQuoted(`${url}?team_id=${teamId}`)} \\`,
        '  -H "Authorization: Bearer $PX0_ACCESS_TOKEN" \\',
        "  -H 'Content-Type: application/json' \\",
        `  -d ${shellQuoted(literal({ variables }, notations.json))}`,
      ].join('\n'),
    },
    {
      language: 'TypeScript',
      install: 'npm install @px0/sdk',
      code: [
        `import { Px0${isChat ? ', toOpenAI' : ''} } from '@px0/sdk';`,
        '',
        '// Reads PX0_HOST and PX0_ACCESS_TOKEN.',
        'const px0 = new Px0();',
        `const ${isChat ? 'result' : '{ text }'} = await px0.render(${singleQuoted(slug)}, ${literal(variables, notations.typescript)}${inTeam((id) => `, { teamId: ${singleQuoted(id)} }`)});`,
        ...(isChat
          ? [
              '// For chat.completions.create of OpenAI. Likewise: toAnthropic, toGemini, toAISDK.',
              'const { request } = toOpenAI(result);',
            ]
          : []),
      ].join('\n'),
    },
    {
      language: 'Python',
      install: 'pip install px0',
      code: [
        `from px0 import Px0${isChat ? ', to_openai' : ''}`,
        '',
        'px0 = Px0()  # reads PX0_HOST and PX0_ACCESS_TOKEN',
        `${isChat ? 'result' : 'text'} = px0.render(${JSON.stringify(slug)}, ${literal(variables, notations.python)}${inTeam((id) => `, team_id=${JSON.stringify(id)}`)})${isChat ? '' : '.text'}`,
        ...(isChat
          ? [
              '# For chat.completions.create(**request) of OpenAI. Likewise: to_anthropic, to_gemini.',
              'request = to_openai(result).request',
            ]
          : []),
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
        `result, err := client.Render(ctx, ${JSON.stringify(slug)}, ${literal(variables, notations.go)}${inTeam((id) => `, px0.WithTeam(${JSON.stringify(id)})`)})`,
        'if err != nil {',
        '\treturn err',
        '}',
        ...(isChat
          ? [
              '// For chat completions of OpenAI. Likewise: px0.ToAnthropic, px0.ToGemini.',
              'made, err := px0.ToOpenAI(result)',
              'if err != nil {',
              '\treturn err',
              '}',
              'fmt.Println(made.Request)',
            ]
          : ['fmt.Println(result.Text)']),
      ].join('\n'),
    },
    { language: 'CLI', install: 'npm install --global px0', code: commandLine(rendering) },
  ];
}

/** A name that an option of the command line can set. */
const OPTION_NAME = /^[^=:]+$/;

function commandLine({ slug, variables, isChat, teamId }: Rendering): string {
  const call = [
    `px0 render ${shellWord(slug)}`,
    ...(teamId === undefined ? [] : [`--team ${teamId}`]),
    // The request of a chat, ready for a model.
    ...(isChat ? ['--openai'] : []),
  ];
  if (!isObject(variables)) return call.join(' ');
  const entries = Object.entries(variables);
  if (!entries.every(([name]) => OPTION_NAME.test(name))) {
    const document = shellQuoted(literal(variables, notations.json));
    return `printf %s ${document} | ${[...call, '--vars-file -'].join(' ')}`;
  }
  const options = entries.map(([name, value]) =>
    typeof value === 'string'
      ? `--var ${shellWord(`${name}=${value}`)}`
      : `--var ${shellWord(`${name}:=${literal(value, notations.json)}`)}`,
  );
  const parts = [call.join(' '), ...options];
  const line = parts.join(' ');
  return line.length <= LONGEST_LINE && !line.includes('\n') ? line : parts.join(' \\\n  ');
}

function shellWord(text: string): string {
  return /^[\w.=/@-]+$/.test(text) ? text : shellQuoted(text);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function singleQuoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** How a language writes JSON values. */
interface Notation {
  readonly atom: (value: string | number | boolean | null) => string;
  readonly key: (key: string) => string;
  readonly list: readonly [open: string, close: string];
  readonly map: readonly [open: string, close: string];
  /** For a map inside another value, where it differs. */
  readonly innerMap?: readonly [open: string, close: string];
  /** Whether the last of several lines ends with a comma. */
  readonly hasTrailingComma: boolean;
  readonly indent: string;
}

const json = (value: string | number | boolean | null) => JSON.stringify(value);

const notations = {
  json: { atom: json, key: json, list: ['[', ']'], map: ['{', '}'], hasTrailingComma: false, indent: '  ' },
  typescript: {
    atom: (value) => (typeof value === 'string' ? singleQuoted(value) : json(value)),
    key: (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : singleQuoted(key)),
    list: ['[', ']'],
    map: ['{', '}'],
    hasTrailingComma: true,
    indent: '  ',
  },
  python: {
    atom: (value) =>
      value === null ? 'None' : typeof value === 'boolean' ? (value ? 'True' : 'False') : json(value),
    key: json,
    list: ['[', ']'],
    map: ['{', '}'],
    hasTrailingComma: true,
    indent: '    ',
  },
  go: {
    atom: (value) => (value === null ? 'nil' : json(value)),
    key: json,
    list: ['[]any{', '}'],
    map: ['px0.Vars{', '}'],
    innerMap: ['map[string]any{', '}'],
    hasTrailingComma: true,
    indent: '\t',
  },
} as const satisfies { readonly [name: string]: Notation };

/** A longer value takes several lines. */
const LONGEST_LINE = 76;

/** Writes a value in a language's notation, on one line or, if that gets too long, one line per entry. */
function literal(value: JsonValue, notation: Notation, depth = 0): string {
  if (value instanceof ExactNumber) return value.text;
  if (value === null || typeof value !== 'object') return notation.atom(value);
  const parts = isList(value)
    ? value.map((item) => literal(item, notation, depth + 1))
    : Object.entries(value).map(
        ([key, item]) => `${notation.key(key)}: ${literal(item, notation, depth + 1)}`,
      );
  const [open, close] = isList(value)
    ? notation.list
    : ((depth > 0 ? notation.innerMap : undefined) ?? notation.map);
  if (parts.length === 0) return open + close;
  const line = parts.join(', ');
  if (line.length <= LONGEST_LINE && !line.includes('\n')) {
    return open === '{' && notation === notations.typescript ? `{ ${line} }` : `${open}${line}${close}`;
  }
  const inner = notation.indent.repeat(depth + 1);
  const lines = parts.map((part) => inner + part).join(',\n');
  return `${open}\n${lines}${notation.hasTrailingComma ? ',' : ''}\n${notation.indent.repeat(depth)}${close}`;
}
