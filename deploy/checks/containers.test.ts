/** `npm run images` and `npm run test:images` as far as they go without an engine, and the forge's workflows that call them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { buildCommand, imageBuilds } from '../../scripts/containers/build-images.ts';
import { findComposer, runners } from '../../scripts/containers/composition.ts';
import { engines, findEngine } from '../../scripts/containers/engines.ts';
import { services } from '../../scripts/generate/service-variables.ts';

const root = join(import.meta.dirname, '..', '..');

/** A machine on which only these programs can work. */
function onlyWith(...programs: readonly string[]) {
  return async (program: string) => programs.includes(program);
}

describe('npm run images', () => {
  it('takes the first engine that answers, or the one that is asked for', async () => {
    expect(await findEngine(engines, undefined, onlyWith('docker', 'buildah'))).toBe('docker');
    expect(await findEngine(engines, undefined, onlyWith('podman', 'buildah'))).toBe('podman');
    expect(await findEngine(engines, 'buildah', onlyWith('docker', 'buildah'))).toBe('buildah');
  });

  it('says what is missing where none answers', async () => {
    await expect(findEngine(engines, undefined, onlyWith())).rejects.toThrow(
      'No container engine answers: install docker, podman or buildah, or start its daemon.',
    );
    await expect(findEngine(engines, 'podman', onlyWith('docker'))).rejects.toThrow(
      'podman does not answer: install it, or start its daemon.',
    );
    await expect(findEngine(runners, 'buildah', onlyWith('buildah'))).rejects.toThrow(
      '--engine is one of docker, podman; "buildah" is not.',
    );
  });

  it('builds an image for each service, and no other', () => {
    expect(imageBuilds().map(({ service }) => service)).toEqual(expect.arrayContaining([...services]));
    expect(imageBuilds()).toHaveLength(services.length);
    expect(imageBuilds(['render']).map(({ name }) => name)).toEqual(['px0-render']);
    expect(() => imageBuilds(['renderer'])).toThrow('There is no image of "renderer"');
  });

  it.each(engines)('has %s build the target with its arguments, by two tags', (engine) => {
    const [image] = imageBuilds(['identity']);
    if (image === undefined) throw new Error('identity has no image');
    const command = buildCommand(engine, image, { version: '1.2.3', revision: 'abc' }, ['--network=host']);
    const text = command.join(' ');
    expect(text).toMatch(new RegExp(`^${engine} build .*--target service .*--network=host \\.$`));
    for (const part of ['SERVICE=identity', 'VERSION=1.2.3', 'REVISION=abc'])
      expect(text).toContain(`--build-arg ${part}`);
    for (const tag of ['px0-identity:1.2.3', 'px0-identity:latest']) expect(text).toContain(`--tag ${tag}`);
    expect(text.includes('--format docker')).toBe(engine !== 'docker');
  });
});

describe('npm run test:images', () => {
  it('uses the compose that the engine has', async () => {
    expect(await findComposer('docker', onlyWith('docker'))).toEqual(['docker', 'compose']);
    expect(await findComposer('podman', onlyWith('podman', 'podman-compose'))).toEqual(['podman-compose']);
    await expect(findComposer('podman', onlyWith())).rejects.toThrow(
      'podman has no compose: neither `podman-compose` nor `podman compose` answers.',
    );
  });
});

describe('the forge’s workflows', () => {
  const folder = join(root, '.github', 'workflows');
  const workflowSchema = z.looseObject({
    permissions: z.record(z.string(), z.string()),
    env: z.record(z.string(), z.string()).default({}),
    jobs: z.record(
      z.string(),
      z.looseObject({
        steps: z.array(z.looseObject({ uses: z.string().optional(), run: z.string().optional() })),
      }),
    ),
  });
  const workflows = readdirSync(folder).map((name) => ({
    name,
    workflow: workflowSchema.parse(parse(readFileSync(join(folder, name), 'utf8'))),
  }));
  const steps = workflows.flatMap(({ workflow }) => Object.values(workflow.jobs).flatMap((job) => job.steps));

  it('call only scripts that exist, and actions at a version', () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const scripts = Object.keys(z.looseObject({ scripts: z.looseObject({}) }).parse(manifest).scripts);
    const called = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run (\S+)/g)].map(([, name]) => name),
    );
    expect(called).toEqual(expect.arrayContaining(['images', 'test:images', 'test:image-steps']));
    expect(called.filter((name) => !scripts.includes(name ?? ''))).toEqual([]);
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[a-z-]+(\/[a-z-]+)+@v\d+/);
  });

  it('may only read, but for jobs that publish', () => {
    for (const { name, workflow } of workflows) {
      expect(workflow.permissions, name).toEqual({ contents: 'read' });
      const writing = Object.values(workflow.jobs).filter((job) =>
        JSON.stringify(job['permissions'] ?? {}).includes('write'),
      );
      expect(writing.length > 0, name).toBe(name === 'release.yml');
    }
  });

  it('publish every image', () => {
    const release = workflows.find(({ name }) => name === 'release.yml')?.workflow;
    expect(release?.env['SERVICES']?.split(' ').toSorted()).toEqual([...services].toSorted());
  });
});
