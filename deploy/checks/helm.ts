/** What `helm install` would send to a cluster. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Resource, resourcesOf } from './kustomize.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

export const chartFolder = join(root, 'deploy', 'helm', 'px0');

/** The release whose schemas the objects are held to. */
const KUBERNETES = '1.37.0';

/** What renders the chart with the values of files, and then of an object. */
export interface Renderer {
  template(files: readonly string[], values?: object): Promise<Resource[]>;
  close(): Promise<void>;
}

export class Helm implements Renderer {
  readonly #program: string;
  readonly #chart: string;

  constructor(program: string, chart = chartFolder) {
    this.#program = program;
    this.#chart = chart;
  }

  async close(): Promise<void> {}

  /** Renders what `helm package` makes of the chart, in a folder. */
  async packaged(folder: string): Promise<Helm> {
    await run(this.#program, ['package', this.#chart, '--destination', folder]);
    const [name = ''] = await readdir(folder);
    return new Helm(this.#program, join(folder, name));
  }

  /** Renders the chart. @throws Error what Helm said */
  async template(files: readonly string[], values: object = {}): Promise<Resource[]> {
    return resourcesOf(
      await this.#with(values, (extra) => [
        'template',
        'px0',
        this.#chart,
        '--namespace',
        'px0',
        // Helm asks no cluster here; as Go builds it, it takes a release for granted that is older than the chart supports.
        '--kube-version',
        KUBERNETES,
        ...files.flatMap((file) => ['--values', join(chartFolder, file)]),
        '--values',
        extra,
      ]),
    );
  }

  /** @throws Error what is wrong, warnings included */
  async lint(files: readonly string[]): Promise<void> {
    await this.#with({}, (extra) => [
      'lint',
      chartFolder,
      '--strict',
      '--quiet',
      ...files.flatMap((file) => ['--values', join(chartFolder, file)]),
      '--values',
      extra,
    ]);
  }

  async #with(values: object, args: (file: string) => string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'px0-helm-'));
    try {
      const file = join(folder, 'values.json');
      await writeFile(file, JSON.stringify(values));
      const { stdout } = await run(this.#program, args(file), { maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Kustomize writes hashes with these letters, so that no word comes out. */
const kustomizeHash = /-[2456789bcdfghkmt]{10}$/;

/** Labels and annotations of the chart itself, which kustomize has no counterpart of. */
const chartsOwn = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'helm.sh/chart',
  'checksum/config',
  'checksum/secrets',
];

/**
 * Resources by name, without what kustomize and Helm do each in their own way: the namespace, hashes in names (Helm has checksums in annotations and in
 * the names of jobs), the encoding of secrets, and how a dashboard's JSON is laid out.
 */
export function comparable(resources: readonly Resource[]): Map<string, unknown> {
  const hashed = resources
    .filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret')
    .map(({ metadata }) => metadata.name)
    .filter((name) => kustomizeHash.test(name));
  const names = new Map(hashed.map((name) => [name, name.replace(kustomizeHash, '')]));
  const plain = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') {
      const name = names.get(value) ?? value;
      if (key.endsWith('.json')) return JSON.parse(name);
      return name;
    }
    if (Array.isArray(value)) return value.map((one) => plain(one, ''));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value)
      .filter(([name]) => !chartsOwn.includes(name))
      // Both say in whose namespace a binding's account is, and neither knows the other's.
      .filter(([name]) => name !== 'namespace' || !('kind' in value) || value.kind !== 'ServiceAccount')
      .map(([name, one]) => [name, plain(one, name)] as const)
      .filter(([name, one]) => !(['labels', 'annotations'].includes(name) && isEmpty(one)));
    return Object.fromEntries(entries);
  };
  return new Map(
    resources
      .filter(({ kind, metadata }) => kind !== 'Namespace' && !isTest(metadata))
      .map((resource) => {
        const { metadata, stringData, data, ...rest } = resource;
        const { namespace: _, ...named } = metadata;
        const name = (names.get(metadata.name) ?? metadata.name).replace(/^(migrate-.*)-[0-9a-f.]+$/, '$1');
        const content = stringData === undefined ? data : encoded(stringData);
        const object = {
          ...rest,
          ...(content === undefined ? {} : { data: content }),
          metadata: { ...named, name },
        };
        return [`${resource.kind}/${name}`, plain(object, '')] as const;
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isTest({ annotations }: Resource['metadata']): boolean {
  return JSON.stringify(annotations ?? {}).includes('helm.sh/hook');
}

function encoded(entries: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Object(entries)).map(([key, text]) => [key, Buffer.from(String(text)).toString('base64')]),
  );
}
