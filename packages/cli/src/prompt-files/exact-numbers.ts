/**
 * Numbers of payloads keep their digits: px0 preserves a payload's 64-bit id, and so does its file. A number that a float would change is raw JSON, which
 * `JSON.stringify` writes as it was read. Node.js 20 lacks raw JSON and refuses such numbers.
 */
import { parseExactJson } from '@px0/contracts/exact-json';
import type { ScalarTag, Tags } from 'yaml';

const hasRawJson = 'rawJSON' in JSON;
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** Parses JSON from px0. */
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

/** YAML's tags, with numbers that keep their digits. */
export function exactTags(tags: Tags): Tags {
  return hasRawJson ? [exactNumber, ...tags] : tags;
}

/** Whether a number equals its text. Without a text, a whole number beyond 2^53 counts as inexact. */
export function isExact(value: number, text = ''): boolean {
  if (!Number.isFinite(value)) return false;
  return !Number.isInteger(value) || Number.isSafeInteger(value) || (hasRawJson && JSON_NUMBER.test(text));
}

function isRawNumber(value: unknown): value is { readonly rawJSON: string } {
  return hasRawJson && JSON.isRawJSON(value);
}
