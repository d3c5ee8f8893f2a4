import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readGuides } from '../src/pages/guides.ts';
import { type CodeBlock, codeBlocksOf } from '../src/pages/markdown.ts';
import { repositoryRoot } from '../src/repository.ts';

interface Command extends CodeBlock {
  readonly page: string;
}

/** Pages that tell how to work on px0 itself are read by people who have its own tests. */
const isGuide = (path: string) => !path.startsWith('decisions/') && path !== 'benchmarks.md';

const commands: Command[] = readGuides()
  .filter(({ path }) => isGuide(path))
  .flatMap(({ path, markdown }) =>
    codeBlocksOf(markdown)
      .filter(({ language }) => language === 'sh')
      .map((block) => ({ ...block, page: path })),
  );

const marked = (kind: string) => commands.filter(({ marker }) => marker === kind);
const at = ({ page, line }: Command) => `${page}:${line}`;

/** Lines without their continuation, comments left out. */
function linesOf({ text }: Command): string[] {
  return text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a command line in the guides', () => {
  it('is run by a test, or says why it is not', () => {
    const unmarked = commands.filter(
      ({ marker }) => !/^(?:run|run: cli|start|after|docker|cluster)$|^elsewhere: \S/.test(marker),
    );
    expect(unmarked.map(at)).toEqual([]);
  });

  it('that names an npm script names one that exists', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')));
    const builtIn = new Set(['start', 'test', 'install', 'ci', 'exec']);
    for (const command of commands) {
      for (const [, name = ''] of command.text.matchAll(/\bnpm run ([\w:-]+)/g)) {
        if (builtIn.has(name)) continue;
        // A script of a workspace is looked for in the workspaces.
        const workspace = /-w (\S+)/.exec(command.text)?.[1];
        const file = workspace === undefined ? undefined : join(repositoryRoot, workspace, 'package.json');
        const known =
          file === undefined
            ? scripts
            : z
                .object({ scripts: z.record(z.string(), z.string()) })
                .parse(JSON.parse(readFileSync(file, 'utf8'))).scripts;
        expect(Object.keys(known), at(command)).toContain(name);
      }
    }
  });
});

describe('a file of JSON lines in the guides', () => {
  const blocks = readGuides().flatMap(({ path, markdown }) =>
    codeBlocksOf(markdown)
      .filter(({ language }) => language === 'jsonl')
      .map((block) => ({ ...block, page: path })),
  );

  it('has an object in each line', () => {
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) {
      for (const line of linesOf(block)) expect(JSON.parse(line), at(block)).toBeTypeOf('object');
    }
  });
});

const composeFile = join(repositoryRoot, 'docker-compose.yml');
const composeShape = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      profiles: z.array(z.string()).default([]),
      ports: z.array(z.unknown()).default([]),
    }),
  ),
});

describe.skipIf(!existsSync(composeFile))('a line for Docker', () => {
  const text = () => readFileSync(composeFile, 'utf8');
  const compose = () => composeShape.parse(parse(text(), { merge: true }));

  it('names services, profiles and variables that the compose file has', () => {
    const { services } = compose();
    const profiles = new Set(Object.values(services).flatMap((service) => service.profiles));
    for (const command of marked('docker')) {
      for (const line of linesOf(command)) {
        for (const [, profile = ''] of line.matchAll(/--profile[ =](\S+)/g)) {
          expect([...profiles], at(command)).toContain(profile);
        }
        for (const [, name = ''] of line.matchAll(
          /\b(?:exec|run|logs|restart|stop|up)\b(?: -\S+(?: \w+=\S+)?)* ([a-z][\w-]*)(?= |$)/g,
        )) {
          expect(Object.keys(services), `${at(command)}: ${line}`).toContain(name);
        }
        for (const [, variable = ''] of line.matchAll(/^([A-Z][A-Z\d_]+)=\S* /g)) {
          expect(text(), at(command)).toContain(variable);
        }
      }
    }
  });
});

const manifests = globSync('k8s/**/*.yaml', { cwd: repositoryRoot });
const resource = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string().optional() }).optional(),
});

describe.skipIf(manifests.length === 0)('a line for a cluster', () => {
  it('names folders and resources that the manifests have', () => {
    const names = new Set(
      manifests.flatMap((file) =>
        parseAllDocuments(readFileSync(join(repositoryRoot, file), 'utf8')).flatMap((document) => {
          const { data } = resource.safeParse(document.toJS());
          const name = data?.metadata?.name;
          return data === undefined || name === undefined ? [] : [`${data.kind.toLowerCase()}/${name}`];
        }),
      ),
    );
    for (const command of marked('cluster')) {
      for (const line of linesOf(command)) {
        for (const [, folder = ''] of line.matchAll(/ -k (\S+)/g)) {
          expect(
            existsSync(join(repositoryRoot, folder, 'kustomization.yaml')),
            `${at(command)}: ${folder}`,
          ).toBe(true);
        }
        for (const [path] of line.matchAll(/deploy\/helm\/[\w./-]+/g)) {
          expect(existsSync(join(repositoryRoot, path)), `${at(command)}: ${path}`).toBe(true);
        }
        for (const [reference] of line.matchAll(
          /\b(?:deployment|statefulset|job|cronjob|service|configmap|secret)\/[a-z][\w-]*/g,
        )) {
          expect([...names], at(command)).toContain(reference);
        }
      }
    }
  });
});

const dashboards = globSync('deploy/grafana/dashboards/*.json', { cwd: repositoryRoot });

describe.skipIf(dashboards.length === 0)('the guide to telemetry', () => {
  it('names dashboards and panels that exist', () => {
    const page = readGuides().find(({ path }) => path === 'get-started/setup-telemetry.md');
    const titles = new Set(
      dashboards.flatMap((file) =>
        [...readFileSync(join(repositoryRoot, file), 'utf8').matchAll(/"title": "([^"]+)"/g)].map(
          ([, title]) => title,
        ),
      ),
    );
    const markdown = page?.markdown ?? '';
    const named = [
      ...[...markdown.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = '']) => name),
      ...[...markdown.matchAll(/px0 \/ [A-Z]\w*(?: [a-z]\w*)*/g)].map(([name]) => name),
    ];
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !titles.has(name))).toEqual([]);
  });
});
