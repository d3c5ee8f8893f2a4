/** Documents as YAML. Whole numbers keep all their digits both ways; aliases are not taken, since a few lines of them can unfold to gigabytes. */
import { ApiError } from '@px0/service-kit';
import { parse, stringify, YAMLParseError } from 'yaml';

export function toYaml(document: unknown): string {
  return stringify(document, (_key, value: unknown) => (isRawJson(value) ? numberOf(value.rawJSON) : value), {
    // Templates read best as they are: no folding, blocks for what has several lines.
    lineWidth: 0,
    blockQuote: 'literal',
  });
}

/** @throws ApiError invalidDocument */
export function fromYaml(text: string): unknown {
  try {
    const options = { intAsBigInt: true, maxAliasCount: 0, uniqueKeys: true } as const;
    return parse(text, (_key, value: unknown) => (typeof value === 'bigint' ? exact(value) : value), options);
  } catch (error) {
    if (error instanceof YAMLParseError) {
      const line = error.linePos?.[0].line;
      throw new ApiError('invalidDocument', { detail: `line ${line ?? 1} is no YAML`, cause: error });
    }
    throw new ApiError('invalidDocument', { detail: 'the text is no YAML without aliases', cause: error });
  }
}

function isRawJson(value: unknown): value is { readonly rawJSON: string } {
  return JSON.isRawJSON(value);
}

function numberOf(text: string): bigint | number {
  return /^-?\d+$/.test(text) ? BigInt(text) : Number(text);
}

function exact(value: bigint): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : JSON.rawJSON(String(value));
}
