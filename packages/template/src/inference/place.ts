/** A place in the data, and what is known of the values there: it becomes a schema. */
import { byteLength } from '../values/go-string.ts';
import type { InferredSchema, JsonType } from './inferred-schema.ts';

/** The bounds of schemas that authors write hold for inferred ones, too: beyond them less is listed, and less demanded. */
const MAX_BYTES = 65_536;
const MAX_PROPERTIES = 512;
const MAX_DEPTH = 16;
const MAX_EXAMPLES = 256;
/** Of all annotations, so that they leave room for what is judged. */
const MAX_ANNOTATION_BYTES = 16_384;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** What is left of the bounds of one schema. */
class Room {
  #bytes = MAX_BYTES - JSON.stringify({ $schema: DIALECT, type: 'object' }).length;
  #properties = MAX_PROPERTIES;
  #annotationBytes = MAX_ANNOTATION_BYTES;

  take(bytes: number): boolean {
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }

  takeProperty(bytes: number): boolean {
    if (this.#properties === 0 || !this.take(bytes)) return false;
    this.#properties -= 1;
    return true;
  }

  takeAnnotation(bytes: number): boolean {
    if (bytes > this.#annotationBytes || !this.take(bytes)) return false;
    this.#annotationBytes -= bytes;
    return true;
  }
}

export class Place {
  readonly #room: Room;
  readonly #depth: number;
  readonly #properties = new Map<string, Place>();
  readonly #required = new Set<string>();
  readonly #examples = new Set<string>();
  #types: readonly JsonType[] | undefined;
  #items: Place | undefined;
  #default: string | undefined;

  private constructor(room: Room, depth: number) {
    this.#room = room;
    this.#depth = depth;
  }

  /** The data itself, which is always an object. */
  static root(): Place {
    const root = new Place(new Room(), 1);
    root.#types = ['object'];
    return root;
  }

  /** The value of a key, which is listed with this; undefined if that is too much. */
  property(key: string): Place | undefined {
    const known = this.#properties.get(key);
    if (known !== undefined) return known;
    if (!isListable(key) || this.#depth === MAX_DEPTH) return undefined;
    const list = this.#properties.size === 0 ? sizeOf(',"properties":{}') : 0;
    if (!this.#room.takeProperty(list + jsonSize(key) + sizeOf(':{},'))) return undefined;
    const property = new Place(this.#room, this.#depth + 1);
    this.#properties.set(key, property);
    return property;
  }

  /** The values of the elements of a list; undefined if that is too much. */
  items(): Place | undefined {
    if (this.#items !== undefined) return this.#items;
    if (this.#depth === MAX_DEPTH || !this.#room.take(sizeOf(',"items":{}'))) return undefined;
    this.#items = new Place(this.#room, this.#depth + 1);
    return this.#items;
  }

  /** Objects here have to have the key, provided that it is listed. */
  require(key: string): void {
    if (this.#required.has(key) || !this.#properties.has(key)) return;
    const list = this.#required.size === 0 ? sizeOf(',"required":[]') : 0;
    if (this.#room.take(list + jsonSize(key) + 1)) this.#required.add(key);
  }

  /** Values here have to be of one of these types. Where nothing can satisfy all demands, no data renders: the first ones stay. */
  need(types: readonly JsonType[]): void {
    if (this.#types === undefined) {
      if (this.#room.take(sizeOf(',"type":') + JSON.stringify(types).length)) this.#types = types;
      return;
    }
    const left = this.#types.filter((type) => types.includes(type));
    if (left.length > 0) this.#types = left;
  }

  noteDefault(text: string): void {
    if (this.#default !== undefined || !this.#isAnnotated(text)) return;
    if (this.#room.takeAnnotation(sizeOf(',"default":') + jsonSize(text))) this.#default = text;
  }

  noteExample(text: string): void {
    if (this.#examples.has(text) || this.#examples.size === MAX_EXAMPLES || !this.#isAnnotated(text)) return;
    const list = this.#examples.size === 0 ? sizeOf(',"examples":[]') : 0;
    if (this.#room.takeAnnotation(list + jsonSize(text) + 1)) this.#examples.add(text);
  }

  /** Of the whole data. */
  rootSchema(): InferredSchema {
    return { $schema: DIALECT, ...this.#schema() };
  }

  /** Nothing is to be said of the data as a whole: it is an object. */
  #isAnnotated(text: string): boolean {
    return this.#depth > 1 && isListable(text);
  }

  #schema(): InferredSchema {
    const [type, ...others] = this.#types ?? [];
    const properties = [...this.#properties].map(([key, place]) => [key, place.#schema()] as const);
    const required = [...this.#properties.keys()].filter((key) => this.#required.has(key));
    const isNeverList = this.#types?.includes('array') === false;
    const items = isNeverList || this.#items === undefined ? {} : this.#items.#schema();
    return {
      ...(type !== undefined && { type: others.length === 0 ? type : [type, ...others] }),
      // `fromEntries` makes own properties, whatever their name is.
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
      ...(required.length > 0 && { required }),
      ...(Object.keys(items).length > 0 && { items }),
      ...(this.#default !== undefined && { default: this.#default }),
      ...(this.#examples.size > 0 && { examples: [...this.#examples] }),
    };
  }
}

/**
 * Left out are texts that Postgres cannot keep, and U+FFFD: a render takes it for every lone surrogate, so what is found under a key that
 * has one need not be what was given under that key.
 */
function isListable(text: string): boolean {
  return text.isWellFormed() && !/[\0\ufffd]/.test(text);
}

function jsonSize(text: string): number {
  return byteLength(JSON.stringify(text));
}

/** Of ASCII. */
function sizeOf(text: string): number {
  return text.length;
}
