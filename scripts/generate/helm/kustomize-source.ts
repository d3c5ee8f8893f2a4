/**
 * The kustomize folders of `k8s/` as their authors wrote them: objects, ConfigMaps, sample secrets, and what a component changes in others.
 * Only the forms that the folders use are understood; any other is an error, so that the chart never lacks something in silence.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '..', '..', '..');

/** A mapping of YAML, whose keys keep their order. */
export type Mapping = Record<string, unknown>;

/** As Kubernetes reads manifests: 0440 is octal. */
const yamlOfKubernetes = { version: '1.1' } as const;

const objectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

/** An object of Kubernetes, to be changed in place. */
export type KubernetesObject = z.infer<typeof objectSchema>;

const generatorSchema = z.strictObject({
  name: z.string(),
  behavior: z.enum(['merge']).optional(),
  envs: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
  literals: z.array(z.string()).default([]),
  options: z.strictObject({ labels: z.record(z.string(), z.string()) }).optional(),
});

const kustomizationSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  resources: z.array(z.string()).default([]),
  configMapGenerator: z.array(generatorSchema).default([]),
  secretGenerator: z.array(generatorSchema).default([]),
  patches: z
    .array(
      z.strictObject({ target: z.strictObject({ kind: z.string(), name: z.string() }), patch: z.string() }),
    )
    .default([]),
});

const additionSchema = z.array(
  z.strictObject({ op: z.literal('add'), path: z.string().endsWith('/-'), value: z.unknown() }),
);

export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly objects: readonly KubernetesObject[];
}

/** A ConfigMap or Secret by its entries. */
export interface Entries {
  readonly name: string;
  /** Whether the entries are variables, and not whole files. */
  readonly variables: boolean;
  /** Whether they change a ConfigMap of another folder. */
  readonly merged: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
}

/** An element that is appended to a list of an object of another folder. */
export interface Addition {
  readonly kind: RegExp;
  readonly name: RegExp;
  readonly list: readonly string[];
  readonly value: unknown;
}

export interface Source {
  readonly files: readonly SourceFile[];
  readonly configMaps: readonly Entries[];
  readonly secrets: readonly Entries[];
  readonly additions: readonly Addition[];
}

/** The text of a file of the repository. */
export type ReadFile = (path: string) => string;

/** @throws ZodError for a form that is not understood */
export function readKustomization(folder: string, readFile: ReadFile): Source {
  const kustomization = kustomizationSchema.parse(parse(readFile(join(folder, 'kustomization.yaml'))));
  const nested: Source[] = [];
  const files: SourceFile[] = [];
  for (const resource of kustomization.resources) {
    const path = join(folder, resource);
    if (existsSync(join(root, path, 'kustomization.yaml'))) nested.push(readKustomization(path, readFile));
    else files.push({ path, objects: objectsOf(readFile(path)) });
  }
  const entries = (generator: z.infer<typeof generatorSchema>) =>
    entriesOf(generator, (file) => readFile(join(folder, file)));
  return {
    files: [...files, ...nested.flatMap((one) => one.files)],
    configMaps: [
      ...kustomization.configMapGenerator.map(entries),
      ...nested.flatMap((one) => one.configMaps),
    ],
    secrets: kustomization.secretGenerator.map(entries),
    additions: kustomization.patches.flatMap(({ target, patch }) =>
      additionSchema.parse(parse(patch, yamlOfKubernetes)).map(({ path, value }) => ({
        kind: new RegExp(`^(?:${target.kind})$`),
        name: new RegExp(`^(?:${target.name})$`),
        list: path.split('/').slice(1, -1),
        value,
      })),
    ),
  };
}

function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text, yamlOfKubernetes).map((document) => objectSchema.parse(document.toJS()));
}

function entriesOf(generator: z.infer<typeof generatorSchema>, readFile: ReadFile): Entries {
  const lines = [
    ...generator.envs.flatMap((file) => readFile(file).split('\n')),
    ...generator.literals,
  ].filter((line) => line !== '' && !line.startsWith('#'));
  const variables = lines.map((line) => {
    const equals = line.indexOf('=');
    return [line.slice(0, equals), line.slice(equals + 1)] as const;
  });
  const files = generator.files.map((file) => [basename(file), readFile(file)] as const);
  return {
    name: generator.name,
    variables: files.length === 0,
    merged: generator.behavior === 'merge',
    labels: generator.options?.labels ?? {},
    data: Object.fromEntries([...variables, ...files]),
  };
}

/** The mapping or list at a path of keys and numbers. @throws Error if there is none */
export function descend(from: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const next = Array.isArray(value) ? value[Number(key)] : mappingOf(value)[key];
    if (next === undefined) throw new Error(`nothing at /${path.join('/')}`);
    return next;
  }, from);
}

/** The same mapping, typed. @throws Error if it is none */
export function mappingOf(value: unknown): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`not a mapping: ${JSON.stringify(value)}`);
  // Checked above; a parsed copy could not be changed in place.
  return value as Mapping;
}

/** The same list, typed. @throws Error if it is none */
export function listOf(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}
