/** Bodies that are almost right: a good one with one thing in it replaced, as JSON text or as bytes that are no text. */

/** What is put in the place of one value. */
const replacements: readonly unknown[] = [
  '\u0000',
  'a\u0000b',
  'x'.repeat(100_000),
  '\u202e\uffff\ufeff',
  '{{',
  '{{range .}}{{end}}',
  "'; DROP TABLE users; --",
  '../../etc/passwd',
  '',
  ' ',
  0,
  -1,
  1e308,
  9_007_199_254_740_991,
  true,
  null,
  [],
  {},
  [[[[]]]],
  { toString: 'x', __proto__: 'y', constructor: { prototype: {} } },
];

/** As texts: what JSON cannot say through `JSON.stringify`. */
const rawReplacements: readonly string[] = [
  '1e400',
  '-0',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '1'.repeat(5_000),
  'NaN',
];

export interface SpoiledBody {
  /** Where it was spoiled and how, for a message. */
  readonly what: string;
  readonly bytes: Buffer;
  /** A text with NUL stands where text is stored. */
  readonly holdsNul: boolean;
}

/** Every body that results from one replacement at one place, and whole bodies that are no JSON object. */
export function* spoiledBodies(good: object): Generator<SpoiledBody> {
  for (const path of placesIn(good)) {
    for (const value of replacements) {
      const text = JSON.stringify(replaced(good, path, value));
      yield body(
        `${path.join('.')} = ${JSON.stringify(value)?.slice(0, 40)}`,
        text,
        typeof value === 'string' && value.includes('\0'),
      );
    }
    for (const raw of rawReplacements) {
      const text = JSON.stringify(replaced(good, path, '@@')).replace('"@@"', raw);
      yield body(`${path.join('.')} = ${raw.slice(0, 40)}`, text);
    }
    const spot = Buffer.from(JSON.stringify(replaced(good, path, '@@')));
    const at = spot.indexOf('@@');
    // Lone continuation bytes, an overlong slash, and the start of a sequence that does not come.
    for (const invalid of [
      [0x80, 0x81],
      [0xc0, 0xaf],
      [0xf0, 0x9f],
    ]) {
      yield {
        what: `${path.join('.')} = bytes ${invalid}`,
        bytes: Buffer.concat([spot.subarray(0, at), Buffer.from(invalid), spot.subarray(at + 2)]),
        holdsNul: false,
      };
    }
  }
  const text = JSON.stringify(good);
  for (const whole of [
    '',
    '{',
    '[]',
    'null',
    '7',
    '""',
    `${text}${text}`,
    `${text},`,
    text.slice(0, -1),
    `\ufeff${text}`,
  ]) {
    yield body(`whole = ${whole.slice(0, 40)}`, whole);
  }
  yield body('whole = 200,000 brackets', '['.repeat(200_000));
  yield body('whole = 100,000 nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  yield body(
    'whole = 50,000 keys',
    JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_n, i) => [i, i]))),
  );
  yield body(
    'whole = the same key twice',
    text.replace('{', '{"__proto__":{"name":"x"},"name":"a","name":"b",'),
  );
}

function body(what: string, text: string, holdsNul = false): SpoiledBody {
  return { what, bytes: Buffer.from(text), holdsNul };
}

type Path = readonly (string | number)[];

/** Each place of the body that holds a value, lists and objects included. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) =>
          placesIn(inner, [...at, Array.isArray(value) ? Number(key) : key]),
        )
      : [];
  return at.length === 0 ? below : [at, ...below];
}

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaced(item, rest, by) : item));
  return { ...Object(value), [step]: replaced(Reflect.get(Object(value), step), rest, by) };
}
