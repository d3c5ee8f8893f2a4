/**
 * No queue without a bound: what the services keep in memory beyond a request, and every pool and client that lets work wait, stands in
 * docs/bounds.md with its bound. A new one fails here until somebody has written down what bounds it.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What runs for long: the services, and the packages that they are made of. */
const sources = globSync(
  '{services/*,packages/access,packages/delivery,packages/event-bus,packages/heavy-renders,packages/owner,packages/service-kit}/src/**/*.ts',
  {
    cwd: root,
  },
)
  // The model of delivery runs in tests only.
  .filter((file) => !/\.test\.ts$|\/testing\/|\/generated\/|^packages\/delivery\/src\/model\//.test(file))
  .toSorted();

interface Holder {
  readonly file: string;
  readonly name: string;
}

/** Fields that grow: maps, sets, lists and caches. What is read-only, or weak, does not. */
const field =
  /^ {2}(?:static )?(?:readonly )?(#?\w+)(?:: (?<type>(?:[^=]|=>)+?))?(?: = (?<value>[^=>].*?))?;$/;
const growing = /^(?:Map|Set|LRUCache)<|\[\]$|^Array</;
const fresh = /\bnew (?:Map|Set|LRUCache)(?:<.*>)?\((?:\)|$)|^\[\]$/;
/** At the top of a file: without a first content it is there to be filled. */
const global = /^(?:export )?(?:const|let) (\w+)[^=]*= (?:new (?:Map|Set|LRUCache)(?:<[^>]*>)?\(\)|\[\]);$/;
const opened =
  /new (?:\w+\.|Checked)?(Pool|Redis|Agent|Client)\(|\bawait (connect)\(\{|\bserver = (createServer)\(|(?:await|return|=) (fetch)\(/;

function holdersIn(file: string): readonly Holder[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const found = field.exec(line);
    const { type = '', value = '' } = found?.groups ?? {};
    // A field of an interface has no content of its own; one that is private is a class's, filled by its constructor.
    const isFilled = value === '' ? found?.[1]?.startsWith('#') && growing.test(type) : fresh.test(value);
    const isField = found !== null && isFilled && !/^readonly /.test(type);
    const name = isField ? found[1] : global.exec(line)?.[1];
    if (name !== undefined) return [{ file, name }];
    const client = opened.exec(line)?.slice(1).find(Boolean);
    return client === undefined ? [] : [{ file, name: client }];
  });
}

interface Row extends Holder {
  readonly bound: string;
}

function declared(): readonly Row[] {
  const text = readFileSync(join(root, 'docs/bounds.md'), 'utf8');
  return text
    .split('\n')
    .filter((line) => /^\| `(?:services|packages)\//.test(line))
    .map((line) => {
      const [, file = '', name = '', bound = ''] = line.split('|').map((cell) => cell.trim());
      return { file: file.replaceAll('`', ''), name: name.replaceAll('`', ''), bound };
    });
}

const key = ({ file, name }: Holder): string => `${file} ${name}`;

it('whatever holds or lets wait is declared, and what is declared exists', () => {
  const found = new Set(sources.flatMap(holdersIn).map(key));
  const known = new Set(declared().map(key));
  expect({
    undeclared: [...found].filter((one) => !known.has(one)),
    gone: [...known].filter((one) => !found.has(one)),
  }).toEqual({
    undeclared: [],
    gone: [],
  });
});

it('each has a bound, and the names in it stand in the code', () => {
  const wrong = declared().flatMap(({ file, name, bound }) => {
    const constants = [...bound.matchAll(/`([\w.]+)`/g)].map(([, constant]) => String(constant));
    const folder = file.split('/').slice(0, 3).join('/');
    const code = sources
      .filter(
        (source) => source.startsWith(`${folder}/`) || source.startsWith('packages/service-kit/src/config'),
      )
      .map((source) => readFileSync(join(root, source), 'utf8'))
      .join('\n');
    const missing = constants.filter((constant) => !new RegExp(`\\b${constant}\\b`).test(code));
    return bound.length < 10 || missing.length > 0
      ? [`${file} ${name}: ${bound} (${missing.join(', ')})`]
      : [];
  });
  expect(wrong).toEqual([]);
});

it('a wait for a person’s or a server’s answer has an end: no request is made without a signal', () => {
  const without = sources.filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return /(?:await|return|=) fetch\(/.test(text) && !/AbortSignal\.(?:timeout|any)/.test(text);
  });
  expect(without).toEqual([]);
});

it('the scan sees what it looks for', () => {
  const lines = [
    '  readonly #waiting = new Map<string, Waiter>();',
    '  #queue: Job[] = [];',
    '  readonly list: { a: string }[] = [];',
    '  #cache: LRUCache<string, string>;',
  ];
  for (const line of lines) {
    const { type = '', value = '' } = field.exec(line)?.groups ?? {};
    expect([line, value === '' ? growing.test(type) : fresh.test(value)]).toEqual([line, true]);
  }
  expect(global.test('const seen = new Set<string>();')).toBe(true);
  expect(global.test("const words = new Set(['a']);")).toBe(false);
  expect(opened.test('    const response = await fetch(url, {')).toBe(true);
});
