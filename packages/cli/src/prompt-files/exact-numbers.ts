/**
 * Numbers of payloads by their digits: px0 keeps a payload's 64-bit id, and so does its file. A number that a float would change is raw JSON, which
 * `JSON.stringify` writes as it was read. Node.js 20 lacks raw JSON; there such numbers are refused.
 */
import { parseExactJson } from '@px0/contracts/exact-json';
import type { ScalarTag, Tags } from 'yaml';

const hasRawJson = 'rawJSON' in JSON;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** JSON of px0's. */
export function parseJson(text: string): unknown {
  return hasRawJson ? parseExactJson(text) : JSON.parse(text);
}

const exactNumber: ScalarTag = {
  tag: 'tag:yaml.org,2002:float',
  default: true,
  identify: isRawNumber,
  test: JSON_NUMBER,
  resolve: parseJson,
  stringify: ({ value }) => (isRawNumber(value) ? value.rawJSON : String(value)),
};

/** YAML's tags with numbers by their digits. */
export function exactTags(tags: Tags): Tags {
  return hasRawJson ? [exactNumber, ...tags] : tags;
}

/** Whether a number is what its text says. Without a text a whole number beyond 2^53 counts as one that has lost digits. */
export function isExact(value: number, text = ''): boolean {
  if (!Number.isFinite(value)) return false;
  return !Number.isInteger(value) || Number.isSafeInteger(value) || (hasRawJson && JSON_NUMBER.test(text));
}

function isRawNumber(value: unknown): value is { readonly rawJSON: string } {
  return hasRawJson && JSON.isRawJSON(value);
}
