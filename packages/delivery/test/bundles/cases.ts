/** The bundles of `vectors/bundle`: what readers in every language must make of them. */
import { createHash, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { bundlePrivateKey, writeBundle } from '../../src/bundle/mod.ts';
import { type DeliveredPrompt, type Frame, Replica } from '../../src/mod.ts';
import { A, B, begin, live, prompt, put, R, sync, version } from '../scenarios/builders.ts';

/** Made from a phrase that anybody can read: it protects nothing. */
function keyOf(phrase: string) {
  const key = bundlePrivateKey(`px0sk_${createHash('sha256').update(phrase).digest('base64url')}`);
  if (key === undefined) throw new Error('every 32 bytes are a key');
  return key;
}

const TRUSTED = keyOf('the trusted key of px0 bundle vectors');
const OTHER = keyOf('another key of px0 bundle vectors');

/** What a reader says. */
type Expected =
  | { readonly refusal: string }
  | {
      /** Teams that are skipped with the warning `bundle is older than what is held`. */
      readonly older?: readonly string[];
      /** The revision of each team that is held in the end. */
      readonly teams: Readonly<Record<string, string>>;
      /** The text of the live version by slug, for all that is held in the end. */
      readonly texts: Readonly<Record<string, string>>;
    };

export interface BundleCase {
  readonly id: string;
  readonly about: string;
  /** In this folder. */
  readonly file: string;
  /** Public keys. */
  readonly keys: readonly string[];
  /** A bundle that is read before, by the same client. */
  readonly after?: string;
  readonly expected: Expected;
}

type Prompts = Readonly<Record<string, readonly [sequence: number, ...prompts: DeliveredPrompt[]]>>;

const CREATED_AT = Date.parse('2020-01-01T00:00:00Z');
const PAST = Date.parse('2020-01-02T00:00:00Z');
const FUTURE = Date.parse('2999-01-01T00:00:00Z');

function replicaOf(teams: Prompts): Replica {
  const replica = new Replica();
  const entries = Object.entries(teams);
  const all: Frame[] = [
    ...entries.flatMap(([team, [sequence, ...prompts]]) => [
      begin(team),
      ...prompts.map((one) => put(team, sequence, one)),
    ]),
    sync(
      Math.max(...entries.map(([, [sequence]]) => sequence)),
      Object.fromEntries(entries.map(([team, [sequence]]) => [team, sequence])),
      ...entries.flatMap(([, [, ...prompts]]) => prompts),
    ),
  ];
  for (const frame of all) if (replica.apply(frame) !== undefined) throw new Error('it does not add up');
  return replica;
}

const chat = prompt('chat', {
  live: 2,
  tags: { beta: 3, stable: 2 },
  versions: [
    version(2, '{{define "1"}}Be kind.{{end}}system: Be kind.', {
      outline: [{ role: 'system', unit: '1' }],
      sources: [['messages.0', 14, 8, 0]],
      config: '{"temperature":0.20}',
    }),
    version(3, 'Be brief.', { status: 'draft' }),
  ],
  novelty: { kept: true },
});

const teams: Prompts = { [A]: [10, live('one', 1), chat], [B]: [12, live('two', 1)] };
const texts = { one: 'one 1', two: 'two 1', chat: '{{define "1"}}Be kind.{{end}}system: Be kind.' };
const good = { teams: { [A]: R(10), [B]: R(12) }, texts };

function bundle(what: Prompts, notAfter?: number): Buffer {
  const header = { name: 'vectors', host: 'https://px0.example.com', createdAt: CREATED_AT, notAfter };
  return writeBundle(replicaOf(what), header, TRUSTED);
}

const GOOD = bundle(teams);

/** All but the signature's line. */
function contentOf(whole: Buffer): Buffer {
  return whole.subarray(0, whole.lastIndexOf('\n', -2) + 1);
}

/** Signs anything, as a mistaken or hostile holder of a key may. */
function signed(content: Buffer, { key, id, algorithm = 'Ed25519' } = signer()): Buffer {
  const hash = createHash('sha512').update(content).digest();
  const signature = sign(null, Buffer.concat([Buffer.from('px0-bundle-v1\n'), hash]), key).toString(
    'base64url',
  );
  const line = JSON.stringify({ type: 'signature', algorithm, key_id: id, signature });
  return Buffer.concat([content, Buffer.from(`${line}\n`)]);
}

function signer(
  changes: { readonly id?: string; readonly algorithm?: string; readonly key?: typeof TRUSTED.key } = {},
) {
  return { key: TRUSTED.key, id: TRUSTED.id, ...changes };
}

/** The good one with another text at one place. */
function edited(from: string | RegExp, to: string): Buffer {
  const before = GOOD.toString();
  const after = before.replace(from, to);
  if (after === before) throw new Error('nothing was edited');
  return Buffer.from(after);
}

/** The good one with another content, signed again. */
function resigned(from: string | RegExp, to: string): Buffer {
  return signed(contentOf(edited(from, to)));
}

const LONGEST_LINE = 8 * 1024 * 1024;
const MOST = 256 * 1024 * 1024;

const UNTRUSTED = { refusal: 'bundle is not signed by a trusted key' };
const FORGED = { refusal: 'bundle signature does not match' };
const DAMAGED = { refusal: 'bundle is damaged' };
const EXPIRED = { refusal: 'bundle has expired' };
const TOO_LARGE = { refusal: 'bundle is too large' };

const older: Prompts = { [A]: [9, live('one', 0)], [B]: [14, live('two', 3)] };

/** Each file is made when it is asked for: one of them is large. */
const files: Readonly<Record<string, () => Buffer>> = {
  'good.ndjson': () => GOOD,
  'good.ndjson.gz': () => gzipSync(GOOD),
  'good-without-last-newline.ndjson': () => GOOD.subarray(0, -1),
  'good-with-unknown-frames.ndjson': () => resigned('\n', '\n{"type":"novelty","team_id":5}\n'),
  'not-expired.ndjson': () => bundle(teams, FUTURE),
  'older.ndjson': () => bundle(older),
  'tampered.ndjson': () => edited('one 1', 'one 9'),
  'tampered-header.ndjson': () =>
    Buffer.from(
      bundle(teams, PAST)
        .toString()
        .replace(/"not_after":"[^"]*"/, '"not_after":null'),
    ),
  'tampered-signature.ndjson': () => edited(/"signature":"./, '"signature":"-'),
  'truncated.ndjson': () => GOOD.subarray(0, GOOD.length / 2),
  'truncated-before-signature.ndjson': () => contentOf(GOOD),
  'truncated.ndjson.gz': () => gzipSync(GOOD).subarray(0, -40),
  'empty.ndjson': () => Buffer.alloc(0),
  'more-after-signature.ndjson': () => Buffer.concat([GOOD, Buffer.from('{"type":"drop","team_id":"a"}\n')]),
  'unknown-key.ndjson': () => signed(contentOf(GOOD), signer(OTHER)),
  'another-algorithm.ndjson': () => signed(contentOf(GOOD), signer({ algorithm: 'none' })),
  'stolen-key-id.ndjson': () => signed(contentOf(GOOD), signer({ key: OTHER.key })),
  'expired.ndjson': () => bundle(teams, PAST),
  'damaged-digest.ndjson': () => resigned(/"digest":"[^"]*"/, '"digest":"0000000000000000"'),
  'damaged-without-sync.ndjson': () => resigned(/\{"type":"sync".*\n/, ''),
  'damaged-line.ndjson': () => resigned('"prompt":', '"prompt"'),
  'damaged-and-expired.ndjson': () =>
    signed(
      contentOf(
        Buffer.from(
          bundle(teams, PAST)
            .toString()
            .replace(/\{"type":"sync".*\n/, ''),
        ),
      ),
    ),
  'later-version.ndjson': () => resigned('"version":1,"name"', '"version":2,"name"'),
  'state-file.ndjson': () => resigned('"type":"bundle"', '"type":"state"'),
  // Short lines: only the size of all can refuse it.
  'bomb.ndjson.gz': () => gzipSync(Buffer.alloc(MOST + 1, '\n'), { level: 9 }),
  'long-line.ndjson.gz': () =>
    gzipSync(
      signed(Buffer.concat([contentOf(GOOD), Buffer.alloc(LONGEST_LINE + 1, ' '), Buffer.from('\n')])),
    ),
};

const cases: readonly BundleCase[] = [
  reads(
    'good.ndjson',
    'A bundle of two teams, with a chat, a tagged draft and keys that only a later px0 knows.',
  ),
  reads('good.ndjson.gz', 'A bundle may be gzipped as a whole.'),
  reads('good-without-last-newline.ndjson', 'The last line need not end.'),
  reads('good-with-unknown-frames.ndjson', 'Frames of unknown types are skipped.'),
  reads('not-expired.ndjson', 'A bundle is used until its time comes.'),
  {
    ...reads('good.ndjson', 'The key may be any of those that are trusted.'),
    id: 'several-keys',
    keys: [OTHER.publicText, TRUSTED.publicText],
  },
  {
    ...reads('older.ndjson', 'A team that is older than what is held is skipped, the others are used.'),
    after: 'good.ndjson',
    expected: {
      older: [A],
      teams: { [A]: R(10), [B]: R(14) },
      texts: { ...texts, two: 'two 3' },
    },
  },
  {
    ...reads('good.ndjson', 'What is read again is not older than itself.'),
    id: 'same-again',
    after: 'good.ndjson',
  },
  refuses('tampered.ndjson', FORGED, 'A text was changed.'),
  refuses('tampered-header.ndjson', FORGED, 'The time at which it expires was taken out.'),
  refuses('tampered-signature.ndjson', FORGED, 'The signature was changed.'),
  refuses('truncated.ndjson', UNTRUSTED, 'The second half is missing, so there is no signature.'),
  refuses('truncated-before-signature.ndjson', UNTRUSTED, 'Only the signature is missing.'),
  refuses('truncated.ndjson.gz', DAMAGED, 'A gzip without its end cannot be unpacked.'),
  refuses('empty.ndjson', UNTRUSTED, 'An empty file has no signature.'),
  refuses('more-after-signature.ndjson', UNTRUSTED, 'The last line must be the signature.'),
  refuses('unknown-key.ndjson', UNTRUSTED, 'It is signed by a key that is not trusted.'),
  { ...refuses('good.ndjson', UNTRUSTED, 'No key is trusted.'), id: 'no-keys', keys: [] },
  refuses('another-algorithm.ndjson', UNTRUSTED, 'The algorithm is not Ed25519.'),
  refuses('stolen-key-id.ndjson', FORGED, 'The signature names a trusted key, but is by another one.'),
  refuses('expired.ndjson', EXPIRED, 'Its time has come.'),
  refuses('damaged-digest.ndjson', DAMAGED, 'The prompts are not those that the digest is of.'),
  refuses('damaged-without-sync.ndjson', DAMAGED, 'A transfer without its end is none.'),
  refuses('damaged-line.ndjson', DAMAGED, 'A line is not JSON.'),
  refuses('damaged-and-expired.ndjson', DAMAGED, 'Damage is found before the time is looked at.'),
  refuses('later-version.ndjson', DAMAGED, 'The header is of a later version.'),
  refuses('state-file.ndjson', DAMAGED, 'The header is that of another file.'),
  refuses('bomb.ndjson.gz', TOO_LARGE, 'It has one byte more than 256 MiB when it is unpacked.'),
  refuses('long-line.ndjson.gz', TOO_LARGE, 'A line has one byte more than 8 MiB.'),
];

function reads(file: string, about: string): BundleCase {
  return { id: idOf(file), about, file, keys: [TRUSTED.publicText], expected: good };
}

function refuses(file: string, expected: Expected, about: string): BundleCase {
  return { ...reads(file, about), expected };
}

function idOf(file: string): string {
  return file.replace(/\.ndjson$/, '').replace(/\.ndjson\.gz$/, '-gzipped');
}

export { cases as bundleCases, files as bundleFiles };

/** One case a line, so that a change shows which one it is. */
export function casesText(): string {
  return `[\n${cases.map((one) => JSON.stringify(one)).join(',\n')}\n]\n`;
}
