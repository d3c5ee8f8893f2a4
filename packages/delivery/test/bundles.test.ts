import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Bundle,
  bundlePrivateKey,
  bundlePublicKey,
  inspectBundle,
  newBundlePrivateKey,
  readBundle,
  writeBundle,
} from '../src/bundle/mod.ts';
import { DeliveryClient, Replica } from '../src/mod.ts';
import { type BundleCase, bundleCases, bundleFiles, casesText } from './bundles/cases.ts';
import { A, live, R, whole } from './scenarios/builders.ts';

const folder = join(import.meta.dirname, 'vectors', 'bundle');
const fileOf = (name: string) => readFileSync(join(folder, name));

describe('the bundles', () => {
  it.each(Object.keys(bundleFiles))('of %s are those that the generator makes', (name) => {
    // Another zlib packs in another way, and what cannot be unpacked differs with it.
    if (name === 'truncated.ndjson.gz' || name === 'bomb.ndjson.gz') return;
    const unpack = name.endsWith('.gz') ? gunzipSync : (bytes: Buffer) => bytes;
    expect(unpack(fileOf(name)).equals(unpack(bundleFiles[name]?.() ?? Buffer.alloc(0)))).toBe(true);
  });

  it('have no files besides, each is used, and their cases are those of the generator', () => {
    expect(readdirSync(folder).toSorted()).toEqual([...Object.keys(bundleFiles), 'cases.json'].toSorted());
    expect(new Set(bundleCases.map(({ file }) => file))).toEqual(new Set(Object.keys(bundleFiles)));
    expect(new Set(bundleCases.map(({ id }) => id)).size).toBe(bundleCases.length);
    expect(fileOf('cases.json').toString()).toBe(casesText());
  });
});

/** What a client holds, as the cases say it. */
async function outcomeOf({ file, keys, after }: BundleCase): Promise<BundleCase['expected']> {
  const bundle = await readBundle(fileOf(file), { keys, now: Date.now() });
  if (typeof bundle === 'string') return { refusal: bundle };
  const client = new DeliveryClient({
    mode: 'file',
    transport: () => Promise.reject(new Error('a file needs no network')),
    clock: { now: Date.now, after: () => () => {}, turn: async () => {}, random: () => 0.5 },
  });
  if (after !== undefined) {
    const before = await readBundle(fileOf(after), { keys, now: Date.now() });
    if (typeof before === 'string') throw new Error(before);
    client.load(before.replica, 'bundle', before.createdAt);
  }
  client.load(bundle.replica, 'bundle', bundle.createdAt);
  const { replica } = client;
  const ids = [...replica.teamIds];
  const prompts = ids.flatMap((id) => [...replica.promptsOf(id).values()]);
  return {
    teams: Object.fromEntries(ids.map((id) => [id, replica.revisionOf(id) ?? ''])),
    texts: Object.fromEntries(
      prompts.map(({ slug, live: number, versions }) => [
        slug,
        versions.find((one) => one.version === number)?.template ?? '',
      ]),
    ),
  };
}

describe('a reader of bundles', () => {
  it.each(bundleCases)('does as $id says', async (one) => {
    const { older: _older, ...expected } = { older: undefined, ...one.expected };
    expect(await outcomeOf(one)).toEqual(expected);
  });

  // Of the prompts of both teams.
  const goodDigest = {
    digest: /"digest":"(\w+)"/.exec(fileOf('good.ndjson').toString())?.[1] ?? '',
    count: 3,
  };
  const text = newBundlePrivateKey();
  const key = bundlePrivateKey(text);
  if (key === undefined) throw new Error('a new key is one');
  const keys = [key.publicText];
  const replica = new Replica();
  for (const frame of whole({ [A]: [live('one', 1)] })) replica.apply(frame);
  const header = { name: 'a', host: 'https://px0.example.com', createdAt: 1_000, notAfter: 5_000 };
  const file = writeBundle(replica, header, key);

  it('reads what was written, until it expires and not a moment longer', async () => {
    const bundle = await readBundle(file, { keys, now: 5_000 });
    expect(bundle).toMatchObject({ ...header, keyId: key.id });
    expect((bundle as Bundle).replica.last).toBe(R(10));
    expect(await readBundle(file, { keys, now: 5_001 })).toBe('bundle has expired');
  });

  it('shows what it has not checked only when asked for that', async () => {
    const forged = Buffer.from(file.toString().replace('one 1', 'one 2'));
    expect(await readBundle(forged, { keys, now: 0 })).toBe('bundle signature does not match');
    expect(await inspectBundle(forged)).toMatchObject({ name: 'a', keyId: key.id });
    expect(await inspectBundle(Buffer.from('a\n'))).toBe('bundle is not signed by a trusted key');
  });

  it.each(['good.ndjson', 'good.ndjson.gz'])(
    'makes of a changed %s either the same or nothing',
    async (name) => {
      const good = fileOf(name);
      const trusted = bundleCases[0]?.keys ?? [];
      const bytes = fc.tuple(fc.nat(good.length), fc.nat(8), fc.uint8Array({ maxLength: 8 }));
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 3 }), async (edits) => {
          let changed: Uint8Array = good;
          for (const [at, cut, put] of edits)
            changed = Buffer.concat([changed.subarray(0, at), put, changed.subarray(at + cut)]);
          const outcome = await readBundle(changed, { keys: trusted, now: 0 });
          if (typeof outcome !== 'string') expect(outcome.replica.digest().agrees(goodDigest)).toBe(true);
        }),
      );
    },
  );

  it('lets others have a turn', async () => {
    let turns = 0;
    const turn = async () => {
      turns += 1;
    };
    await readBundle(file, { keys, now: 0, turn });
    expect(turns).toBeGreaterThan(0);
  });

  it('gathers no lines of what nobody has signed', async () => {
    const many = Buffer.alloc(64 * 1024 * 1024, '\n');
    expect(await readBundle(many, { keys, now: 0 })).toBe('bundle is not signed by a trusted key');
  });

  it.each(['', 'px0pk_', `px0sk_${'A'.repeat(43)}`, `px0pk_${'A'.repeat(42)}`, `px0pk_${'A'.repeat(42)}=`])(
    'takes %j for no public key',
    (other) => {
      expect(bundlePublicKey(other)).toBeUndefined();
    },
  );

  it('tells the two kinds of keys apart', () => {
    expect(bundlePrivateKey(key.publicText)).toBeUndefined();
    expect(bundlePublicKey(text)).toBeUndefined();
    expect(bundlePublicKey(key.publicText)?.id).toBe(key.id);
  });
});
