/** Random contracts and variables for the judges of all languages, which must refuse the same with the same words. */
import { compileJudge, type InputSchema } from '@px0/input-contract';
import { Random } from '@px0/testing/random';
import type { SdkEngine } from './engines.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Dict = Readonly<Record<string, Json>>;

/** As the programs of the SDKs read it. */
export interface ContractCase {
  readonly schema: InputSchema;
  readonly data: Dict;
  readonly missing_key: 'error' | 'default' | 'zero';
}

/** What a judge says, as the programs of the SDKs write it. */
export interface Verdict {
  readonly accepted?: true;
  readonly detail?: string;
  readonly header?: string;
  /** The program ended over it: the last lines that it wrote. */
  readonly crash?: string;
}

export interface ContractDifference {
  readonly contractCase: ContractCase;
  /** By language. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export interface ContractTally {
  readonly cases: number;
  readonly accepted: number;
  /** Refusals with more problems than the header has room for. */
  readonly cut: number;
  readonly suggestions: number;
  readonly differences: readonly ContractDifference[];
}

/** One may be meant by another. */
const NEAR = [
  'a',
  'ab',
  'ba',
  'mood',
  'moood',
  'modo',
  'Mood',
  'question',
  'questoin',
  'été',
  'ÉTÉ',
  '名前',
  '名',
];

/** Odd in every way that JSON allows. */
const NAMES = [
  ...[...NEAR, 'b', 'a_1', 'x-y', '', ' '],
  ...['é', 'É', 'ß', 'İ', 'ı', '\u212a', 'ﬀ', 'Σ', 'ς', '😀', '😀😀', 'e\u0301'],
  ...[
    '"',
    '\\',
    '\n',
    '\r\nX: y',
    '\u0000',
    '\u007f',
    '\u0080',
    '\u2028',
    '\ufeff',
    '\uffff',
    '<b>',
    '{{.a}}',
    'a.b',
    '[0]',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '0', '10'],
  ...['n'.repeat(127), 'n'.repeat(128), 'n'.repeat(129), 'é'.repeat(300), 'long'.repeat(600)],
];

const TEXTS = [
  '',
  'a',
  'ab',
  'abc',
  'é',
  '😀',
  '😀a',
  'e\u0301',
  '"',
  '<',
  '\u2028',
  '\u007f',
  'x'.repeat(70),
];
const NUMBERS = [
  ...[
    0, -0, 1, -1, 2, 3, 0.1, 0.5, 1.5, 2.5, 1e21, 1e-7, 123456789012345680000, 5e-324, 1.7976931348623157e308,
  ],
  ...[9007199254740991, 9007199254740992, -1e300, 100, 1e2],
];
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'] as const;
const DEPTH = 3;

class ContractCaseMaker {
  readonly #random: Random;
  /** A few names to a case, so that schema and data meet. */
  #names: readonly string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  make(): ContractCase {
    const r = this.#random;
    const names = r.chance(0.5) ? NEAR : NAMES;
    this.#names = Array.from({ length: 2 + r.below(8) }, () => this.#one(names));
    const { enum: _enum, const: _const, ...schema } = this.#schema(DEPTH);
    return {
      schema: { ...schema, type: 'object' },
      data: this.#object(DEPTH),
      missing_key: r.chance(0.7) ? 'error' : r.pick('default', 'zero'),
    };
  }

  #one<T>(choices: readonly T[]): T {
    const chosen = choices[this.#random.below(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  #few<T>(most: number, make: () => T): T[] {
    return [make(), ...this.#random.times(most - 1, make)];
  }

  #schema(depth: number): InputSchema {
    const r = this.#random;
    const schema: Record<string, unknown> = {};
    const maybe = (probability: number, keyword: string, make: () => unknown) => {
      if (r.chance(probability)) schema[keyword] = make();
    };
    maybe(0.4, 'type', () =>
      r.chance(0.5) ? this.#one(TYPES) : [...new Set(this.#few(4, () => this.#one(TYPES)))],
    );
    maybe(0.1, 'enum', () => this.#few(r.chance(0.2) ? 14 : 4, () => this.#value(1)));
    maybe(0.05, 'const', () => this.#value(1));
    maybe(0.5, 'required', () => [...new Set(r.times(4, () => this.#one(this.#names)))]);
    maybe(0.4, 'additionalProperties', () => r.chance(0.3));
    for (const bound of ['minLength', 'maxLength', 'minItems', 'maxItems'])
      maybe(0.08, bound, () => r.below(4));
    for (const bound of ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'])
      maybe(0.08, bound, () => this.#one(NUMBERS));
    if (depth > 0) {
      maybe(0.7, 'properties', () =>
        Object.fromEntries(r.times(6, () => [this.#one(this.#names), this.#schema(depth - 1)])),
      );
      maybe(0.5, 'items', () => this.#schema(depth - 1));
    }
    return schema;
  }

  #value(depth: number): Json {
    const r = this.#random;
    const kind = r.below(depth > 0 ? 9 : 4);
    if (kind === 0) return r.pick(null, true, false);
    if (kind === 1) return this.#one(NUMBERS);
    if (kind < 4) return this.#one(TEXTS);
    if (kind < 6) return this.#list(depth - 1);
    return this.#object(depth - 1);
  }

  /** Now and then one with more that is wrong than is told. */
  #list(depth: number): Json {
    const length = this.#random.chance(0.05) ? 180 : this.#random.below(14);
    const elements = this.#few(3, () => this.#value(depth));
    return Array.from({ length }, (_, index) => elements[index % elements.length] ?? null);
  }

  #object(depth: number): Dict {
    const r = this.#random;
    const wide = r.chance(0.02)
      ? Array.from({ length: r.pick(180, 255, 257) }, (_, index) => `k${index}`)
      : [];
    return Object.fromEntries([
      ...wide.map((key): [string, Json] => [key, index(key)]),
      ...r.times(7, (): [string, Json] => [
        this.#one(r.chance(0.8) ? this.#names : NAMES),
        this.#value(depth),
      ]),
    ]);
  }
}

function index(key: string): number {
  return Number(key.slice(1));
}

export function contractCases(seed: number, count: number): ContractCase[] {
  const maker = new ContractCaseMaker(new Random(seed));
  return Array.from({ length: count }, () => maker.make());
}

function ownVerdict({ schema, data, missing_key }: ContractCase): Verdict {
  const violation = compileJudge(schema)(data, missing_key);
  return violation === undefined
    ? { accepted: true }
    : { detail: violation.detail, header: violation.header };
}

/** Gives the cases to every judge. */
export async function compareJudges(
  engines: readonly Pick<SdkEngine, 'name' | 'judge'>[],
  cases: readonly ContractCase[],
): Promise<ContractTally> {
  const others = await Promise.all(
    engines.map(async ({ name, judge }) => ({ name, verdicts: await judge(cases) })),
  );
  const own = cases.map(ownVerdict);
  const count = (holds: (verdict: Verdict) => boolean) => own.filter(holds).length;
  const differences = cases.flatMap((contractCase, at): ContractDifference[] => {
    const verdicts = new Map(
      [{ name: 'TypeScript', verdicts: own }, ...others].map((one) => [one.name, one.verdicts[at] ?? {}]),
    );
    return isAgreed([...verdicts.values()]) ? [] : [{ contractCase, verdicts }];
  });
  return {
    cases: cases.length,
    accepted: count(({ accepted }) => accepted === true),
    cut: count(({ header = '' }) => /"more":\d+\}$/.test(header)),
    suggestions: count(({ header = '' }) => header.includes('"given":')),
    differences,
  };
}

/** The same words everywhere, in a header that may be sent. */
function isAgreed(verdicts: readonly Verdict[]): boolean {
  const texts = new Set(
    verdicts.map(({ accepted, detail, header, crash }) => JSON.stringify([accepted, detail, header, crash])),
  );
  return texts.size === 1 && verdicts.every(({ header = '' }) => /^[\x20-\x7e]{0,2048}$/.test(header));
}
