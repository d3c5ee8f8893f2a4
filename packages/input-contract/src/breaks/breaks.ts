/** What a new contract refuses that the one before accepted, told place by place: so nothing that callers send is refused unannounced. */
import { compareStrings, pathStep } from '@px0/template';
import { joinedByOr, typesOf } from '../judge/keywords.ts';
import type { InputSchema } from '../schema/schema.ts';
import { allowsMany, hasType, refusal } from './own-values.ts';

/** What callers know of a version. */
export interface ContractState {
  readonly kind: 'text' | 'chat';
  readonly schema: InputSchema;
}

/** Entries in the order of their bytes. */
export interface ContractChange {
  readonly breaks: readonly string[];
  /** What is no reason to refuse anything. */
  readonly notices: readonly string[];
}

export function contractChange(from: ContractState, to: ContractState): ContractChange {
  const comparison = new Comparison();
  if (from.kind !== to.kind) comparison.breaks.add(`became ${to.kind}`);
  comparison.values(ofVariables(from), ofVariables(to), '');
  const inOrder = (entries: ReadonlySet<string>) => [...entries].sort(compareStrings);
  return { breaks: inOrder(comparison.breaks), notices: inOrder(comparison.notices) };
}

/** Variables are an object, whether the schema says so or not. */
function ofVariables({ schema }: ContractState): InputSchema {
  return { ...schema, type: 'object' };
}

const MOST_TOLD = 20;

/** What follows `contract break: `. */
export function breakDetail(breaks: readonly string[]): string {
  return breaks.slice(0, MOST_TOLD).join('; ');
}

const ANY: InputSchema = {};

class Comparison {
  readonly breaks = new Set<string>();
  readonly notices = new Set<string>();

  /** Of one place; as deep as the schemas. */
  values(from: InputSchema, to: InputSchema, path: string): void {
    const name = path === '' ? 'variables' : path;
    const { byType, byValue } = refusal(from, to);
    if (byType) this.breaks.add(`narrowed ${name} from ${typeNames(from)} to ${typeNames(to)}`);
    if (byValue) this.breaks.add(`restricted ${name}`);
    if (!byType && !byValue) {
      const back = refusal(to, from);
      if (back.byType || back.byValue) this.notices.add(`widened ${name}`);
    }
    if (allowsMany(from, 'object') && hasType(to, 'object')) this.#keys(from, to, path, name);
    const saysNothing = from.items === undefined && to.items === undefined;
    if (!saysNothing && allowsMany(from, 'array') && hasType(to, 'array')) {
      this.values(from.items ?? ANY, to.items ?? ANY, `${path}[]`);
    }
  }

  #keys(from: InputSchema, to: InputSchema, path: string, name: string): void {
    const wasClosed = from.additionalProperties === false;
    const isClosed = to.additionalProperties === false;
    if (isClosed && !wasClosed) this.breaks.add(`refuses unknown variables in ${name}`);
    if (wasClosed && !isClosed) this.notices.add(`widened ${name}`);
    for (const key of keysOf(from, to)) {
      const below = path + pathStep(key, path === '');
      const [was, is] = [propertyOf(from, key), propertyOf(to, key)];
      const [wasRequired, isRequired] = [from, to].map(({ required = [] }) => required.includes(key));
      if (isRequired && !wasRequired) this.breaks.add(`added required ${below}`);
      if (is === undefined) {
        if (was !== undefined) this.#left(below, isClosed);
      } else if (was !== undefined || !wasClosed) {
        this.values(was ?? ANY, is, below);
        if (was !== undefined && wasRequired && !isRequired) this.notices.add(`widened ${below}`);
      } else if (!isRequired) this.notices.add(`widened ${below}`);
    }
  }

  /** A key that is no longer named. */
  #left(path: string, isRefused: boolean): void {
    if (isRefused) this.breaks.add(`removed ${path}`);
    else this.notices.add(`unused ${path}`);
  }
}

function keysOf(...schemas: readonly InputSchema[]): ReadonlySet<string> {
  return new Set(
    schemas.flatMap(({ properties = {}, required = [] }) => [...Object.keys(properties), ...required]),
  );
}

function propertyOf({ properties = {} }: InputSchema, key: string): InputSchema | undefined {
  return Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function typeNames(schema: InputSchema): string {
  return joinedByOr(typesOf(schema) ?? ['any']);
}
