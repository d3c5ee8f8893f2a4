import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serviceIdentity } from './service-identity.ts';

let folder: string;
let program: string;

beforeAll(async () => {
  folder = await temporaryFolder('service-identity');
  await mkdir(join(folder, 'src'));
  program = join(folder, 'src', 'main.ts');
  const px0 = { inboundHttp: 'by-hand', alsoNamed: { relay: ['PX0_UPSTREAM', 'RELAY_BUNDLE'] } };
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: '@px0/render', version: '1.2.3', px0 }),
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

it('is what the nearest manifest says', () => {
  const identity = { name: 'render', version: '1.2.3', instrumentsInboundHttp: false };
  expect(serviceIdentity(program, {})).toEqual(identity);
  expect(serviceIdentity(program, { PX0_UPSTREAM: '' })).toEqual(identity);
});

it.each([{ PX0_UPSTREAM: 'https://px0.example.com' }, { RELAY_BUNDLE: '/etc/px0-relay/bundle' }])(
  'is another one with %j',
  (env) => {
    expect(serviceIdentity(program, env)).toMatchObject({ name: 'relay', instrumentsInboundHttp: false });
  },
);

it('has a name without any manifest, too', () => {
  expect(serviceIdentity(undefined, {}).name).toBe('px0');
});
