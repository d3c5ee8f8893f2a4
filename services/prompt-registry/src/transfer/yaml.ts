/**
 * Documents as YAML, limited to what JSON has and what survives a round trip. Numbers keep all their digits both ways. Tags are
 * refused, because most of what they create has no form in JSON; so are aliases, because a few lines of them can expand to
 * gigabytes.
 */
import { parseExactJson } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import {
  Document,
  isScalar,
  Lexer,
  type Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  type Tags,
  visit,
} from 'yaml';

/** A number in JSON's own form, by its digits. */
const exactNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: isRawJson,
  test: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/,
  resolve: (text) => parseExactJson(text),
  stringify: ({ value }) => (isRawJson(value) ? value.rawJSON : String(value)),
};
const customTags = (tags: Tags): Tags => [exactNumber, ...tags];

/** A line of blanks alone is not told from the indentation of a block. */
const BLANK_LINE = /^[ \t]+$/m;

/** A document of more values takes YAML's writer tens of seconds. As YAML, a value has seven tokens at most. */
export const MAX_YAML_VALUES = 80_000;
/** A text of more takes its reader tens of seconds, and a gigabyte of memory. */
const MAX_TOKENS = MAX_YAML_VALUES * 7;

/** @throws ApiError documentTooLarge */
export function toYaml(value: unknown): string {
  requireFewValues(value);

  const document = new Document(value, { customTags, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value === 'string' && BLANK_LINE.test(scalar.value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  // Templates read best as they are: no folding, blocks for what has several lines.
  return document.toString({ lineWidth: 0, blockQuote: 'literal' });
}

/** @throws ApiError invalidDocument */
export function fromYaml(text: string): unknown {
  requireFewTokens(text);
  try {
    const document = parseDocument(text, {
      customTags,
      intAsBigInt: true,
      resolveKnownTags: false,
      uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && keyOf(a) === keyOf(b),
    });
    const [error] = document.errors;
    if (error !== undefined) throw invalid(`line ${error.linePos?.[0].line ?? 1} is no YAML`, error);
    const tag = document.warnings.find(({ code }) => code === 'TAG_RESOLVE_FAILED');
    if (tag !== undefined) throw invalid(`line ${tag.linePos?.[0].line ?? 1} has a tag of YAML's`, tag);
    visit(document, { Pair: (_key, pair) => readKey(pair) });
    return document.toJS({
      maxAliasCount: 0,
      reviver: (_key, value: unknown) => (typeof value === 'bigint' ? exact(value) : value),
    });
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw invalid('the text is no YAML without aliases', error);
  }
}

function requireFewTokens(text: string): void {
  let tokens = 0;
  for (const _token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS)
      throw invalid(`the text has more than ${MAX_TOKENS} tokens of YAML; send it as JSON`);
  }
}

function requireFewValues(value: unknown): void {
  let values = 0;
  const waiting = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    values += 1;
    if (values > MAX_YAML_VALUES) throw new ApiError('documentTooLarge');
    if (typeof next === 'object' && next !== null && !isRawJson(next))
      for (const part of Object.values(next)) waiting.push(part);
  }
}

/** JSON's keys are texts: the tags `1.0` and `007` stay what stands there. */
function readKey({ key }: Pair): void {
  if (!isScalar(key)) throw invalid('the text has a key that is a list or an object');
  key.value = keyOf(key);
}

function keyOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function invalid(detail: string, cause?: unknown): ApiError {
  return new ApiError('invalidDocument', { detail, cause });
}

function isRawJson(value: unknown): value is { readonly rawJSON: string } {
  return JSON.isRawJSON(value);
}

function exact(value: bigint): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : JSON.rawJSON(String(value));
}
