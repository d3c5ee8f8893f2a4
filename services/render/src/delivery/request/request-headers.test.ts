import { expect, it } from 'vitest';
import { acceptsGzip } from './accepts-gzip.ts';
import { namesEtag } from './if-none-match.ts';

it.each([
  ['gzip', true],
  ['GZIP', true],
  ['br, gzip;q=0.1', true],
  ['*', true],
  ['*;q=0', false],
  ['*;q=0, gzip', true],
  ['gzip;q=0', false],
  ['gzip; Q=0.000', false],
  ['gzip;q=0, *', false],
  ['gzip;q=0.001', true],
  ['identity', false],
  ['', false],
  [undefined, false],
])('Accept-Encoding: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

it.each([
  ['"1f.2"', true],
  ['W/"1f.2"', true],
  ['"other", W/"1f.2"', true],
  ['"other","1f.2"', true],
  ['*', true],
  ['1f.2', false],
  ['"1f.20"', false],
  ['', false],
  [undefined, false],
])('If-None-Match: %s', (header, expected) => {
  expect(namesEtag(header, '"1f.2"')).toBe(expected);
});
