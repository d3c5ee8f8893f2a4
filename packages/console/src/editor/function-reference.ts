/** The editor's help for each function of the language. A test compares it with the functions that exist. */

export interface FunctionHelp {
  /** The parameters as written in a template; `...` for any number. */
  readonly parameters: string;
  readonly summary: string;
  readonly example: string;
}

export const functionReference: { readonly [name: string]: FunctionHelp } = {
  and: {
    parameters: 'a b ...',
    summary: 'The first empty argument, or the last one.',
    example: '{{if and .a .b}}',
  },
  or: {
    parameters: 'a b ...',
    summary: 'The first argument that is not empty, or the last one.',
    example: '{{or .nick .name}}',
  },
  not: { parameters: 'value', summary: 'True if the value is empty.', example: '{{if not .done}}' },
  len: {
    parameters: 'value',
    summary: 'The length of a text (in bytes), list or map.',
    example: '{{len .items}}',
  },
  index: {
    parameters: 'collection key ...',
    summary: 'An element of a list, or the value of a key.',
    example: '{{index .headers "x-id"}}',
  },
  slice: { parameters: 'value from to', summary: 'A part of a text or list.', example: '{{slice .id 0 8}}' },
  call: {
    parameters: 'function args ...',
    summary: 'Calls a value that is a function. JSON has no functions.',
    example: '{{call .f}}',
  },
  print: { parameters: 'values ...', summary: 'The values as one text.', example: '{{print .a .b}}' },
  println: {
    parameters: 'values ...',
    summary: 'The values, separated by spaces, and a line break.',
    example: '{{println .a .b}}',
  },
  printf: {
    parameters: 'format values ...',
    summary: 'Formats values as in Go.',
    example: '{{printf "%.2f" .price}}',
  },
  html: { parameters: 'values ...', summary: 'Escapes for HTML.', example: '{{html .text}}' },
  js: { parameters: 'values ...', summary: 'Escapes for a JavaScript string.', example: '{{js .text}}' },
  urlquery: {
    parameters: 'values ...',
    summary: 'Escapes for the query of a URL.',
    example: '{{urlquery .q}}',
  },
  eq: {
    parameters: 'a b ...',
    summary: 'Whether a equals one of the others.',
    example: '{{if eq .tier "pro" "team"}}',
  },
  ne: { parameters: 'a b', summary: 'Whether a differs from b.', example: '{{if ne .tier "free"}}' },
  lt: { parameters: 'a b', summary: 'Whether a is less than b.', example: '{{if lt .count 3.0}}' },
  le: { parameters: 'a b', summary: 'Whether a is at most b.', example: '{{if le .count 3.0}}' },
  gt: { parameters: 'a b', summary: 'Whether a is greater than b.', example: '{{if gt .count 3.0}}' },
  ge: { parameters: 'a b', summary: 'Whether a is at least b.', example: '{{if ge .count 3.0}}' },
  default: {
    parameters: 'fallback value',
    summary: 'The value, or the fallback if it is empty or missing.',
    example: '{{.tone | default "friendly"}}',
  },
  toJson: { parameters: 'value', summary: 'The value as JSON.', example: '{{toJson .context}}' },
  toPrettyJson: {
    parameters: 'value',
    summary: 'The value as indented JSON.',
    example: '{{toPrettyJson .context}}',
  },
  join: {
    parameters: 'separator list',
    summary: 'The elements of a list with a separator between them.',
    example: '{{.tags | join ", "}}',
  },
  upper: { parameters: 'text', summary: 'The text in uppercase.', example: '{{.code | upper}}' },
  lower: { parameters: 'text', summary: 'The text in lowercase.', example: '{{.code | lower}}' },
  trim: {
    parameters: 'text',
    summary: 'The text without white space at either end.',
    example: '{{.note | trim}}',
  },
  indent: {
    parameters: 'spaces text',
    summary: 'The text with every line indented.',
    example: '{{.code | indent 4}}',
  },
  nindent: {
    parameters: 'spaces text',
    summary: 'A line break, then the text with every line indented.',
    example: '{{.code | nindent 4}}',
  },
  quote: { parameters: 'values ...', summary: 'The values in double quotes.', example: '{{.name | quote}}' },
};

export interface KeywordHelp {
  readonly word: string;
  readonly summary: string;
  /** The text to insert; `#{}` marks where the cursor goes. */
  readonly snippet: string;
}

/** What a keyword looks like in a template. */
export function keywordExample({ snippet }: KeywordHelp): string {
  return `{{${snippet.replace('#{}', '…').replaceAll(/#\{([^{}]*)\}/g, '$1')}}}`;
}

/** The keywords, offered at the start of an action. */
export const keywordReference: readonly KeywordHelp[] = [
  {
    word: 'if',
    summary: 'Renders the text inside if the value is not empty.',
    snippet: 'if #{.condition}}}#{}{{end',
  },
  { word: 'else', summary: 'Renders the text after it otherwise.', snippet: 'else' },
  { word: 'else if', summary: 'Tests another condition.', snippet: 'else if #{.condition}' },
  {
    word: 'range',
    summary: 'Renders the text inside once for each element.',
    snippet: 'range #{.items}}}#{}{{end',
  },
  {
    word: 'with',
    summary: 'Renders the text inside with `.` set to the value, if it is not empty.',
    snippet: 'with #{.value}}}#{}{{end',
  },
  { word: 'end', summary: 'Ends if, range, with, define or block.', snippet: 'end' },
  {
    word: 'define',
    summary: 'Names a template that others can include.',
    snippet: 'define "#{name}"}}#{}{{end',
  },
  { word: 'template', summary: 'Includes a named template.', snippet: 'template "#{name}" .' },
  {
    word: 'block',
    summary: 'Defines a template and includes it here.',
    snippet: 'block "#{name}" .}}#{}{{end',
  },
  { word: 'break', summary: 'Leaves the innermost range.', snippet: 'break' },
  {
    word: 'continue',
    summary: 'Continues with the next element of the innermost range.',
    snippet: 'continue',
  },
];
