/** The chart of `deploy/helm/px0` without Helm: its files fit each other, and what is written by hand in it fits px0. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchRoute } from '@px0/contracts';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { generatedFiles } from '../../scripts/generate/generated-files.ts';
import { generatedTemplates } from '../../scripts/generate/helm/chart.ts';
import { chartFolder } from './helm.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(chartFolder, name), 'utf8');
const anything = z.record(z.string(), z.unknown());
const values = anything.parse(parse(read('values.yaml')));

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(
  anything.parse(JSON.parse(read('values.schema.json'))),
);

it.each(['values.yaml', 'values-dev.yaml', 'values-production.yaml'])('%s is as the schema says', (name) => {
  validate(parse(read(name)));
  expect(validate.errors).toBeNull();
});

it.each([
  [{ gateway: { replica: 3 } }, '/gateway'],
  [{ nats: { replicas: 2 } }, '/nats/replicas'],
  [{ image: { digests: { render: 'latest' } } }, '/image/digests/render'],
  [{ host: 'https://px0.example.com' }, '/host'],
])('the schema refuses %j', (wrong, path) => {
  validate(wrong);
  expect(validate.errors).toMatchObject([{ instancePath: path }]);
});

it('has no template of a manifest that is gone', () => {
  const made = generatedFiles().map(({ path }) => path);
  const there = globSync(`${generatedTemplates}/*`, { cwd: root });
  expect(there.filter((path) => !made.includes(path))).toEqual([]);
  expect(there.length).toBeGreaterThan(20);
});

const templates = globSync('templates/**/*', { cwd: chartFolder, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => ({ name, text: readFileSync(join(parentPath, name), 'utf8') }));

it('reads only values that there are', () => {
  const unknown = templates
    .flatMap(({ text }) => [...text.matchAll(/\.Values\.([A-Za-z.]+)/g)].map(([, path = '']) => path))
    .filter((path) => lookUp(path.split('.')) === undefined);
  expect(unknown).toEqual([]);
});

it.each(templates)('$name ends every block that it begins', ({ text }) => {
  const count = (pattern: RegExp) => [...text.matchAll(pattern)].length;
  expect(count(/\{\{-? end -?\}\}/g)).toBe(count(/\{\{-? (if|with|range|define) /g));
});

function lookUp(path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => anything.safeParse(value).data?.[key], values);
}

it('is tested by `helm test` with operations of every service behind the gateway', () => {
  const asked = [
    ...read('templates/tests/ready.yaml').matchAll(/asks\('([A-Z]+)', '(\/v1\/[^']*)', (\d+)\)/g),
  ].map(([, method = '', path = '', status = '']) => ({ found: matchRoute(method, path), status }));
  const owners = asked.map(({ found }) =>
    found !== undefined && 'route' in found ? found.route.owner : 'none',
  );
  expect(owners).toEqual(['gateway', 'identity', 'tenancy', 'prompt-registry', 'render']);
  for (const { found, status } of asked)
    expect(found !== undefined && 'route' in found && found.route.auth === 'none' ? '200' : '401').toBe(
      status,
    );
});
