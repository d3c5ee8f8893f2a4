/** A schema, compiled: each place in it is a node, which judges a value by calling functions that were made once. */
import { pathStep } from '@px0/template';
import { isDict } from '../json.ts';
import type { InputSchema } from '../schema/schema.ts';
import { type Check, typeCheck, valueChecks } from './keywords.ts';

/** Whether a value is as the schema wants it. `demands`: a key that is required must be there. */
type Accepts = (value: unknown, demands: boolean) => boolean;

export interface Property {
  readonly key: string;
  /** What stands for it in a path. */
  readonly step: string;
  readonly isRequired: boolean;
  readonly node: Node;
}

export interface Node {
  readonly accepts: Accepts;
  /** Whether it accepts whatever there is. */
  readonly isOpenToAll: boolean;
  /** In the order in which they are judged. */
  readonly checks: readonly Check[];
  /** Those that are only required among them. */
  readonly properties: readonly Property[];
  /** The keys of the properties, without those that are only required. */
  readonly names: ReadonlySet<string>;
  /** Whether it refuses other keys. */
  readonly isClosed: boolean;
  readonly items: Node | undefined;
  /** Its keys are the first of their paths. */
  readonly isRoot: boolean;
}

export function compileNode(schema: InputSchema, isRoot: boolean): Node {
  const type = typeCheck(schema);
  const checks = [...(type === undefined ? [] : [type]), ...valueChecks(schema)];
  const properties = propertiesOf(schema, isRoot);
  const names = new Set(Object.keys(schema.properties ?? {}));
  const isClosed = schema.additionalProperties === false;
  const items = schema.items === undefined ? undefined : compileNode(schema.items, false);
  const hasKeys = properties.length > 0 || isClosed;
  // Whether it is an object is asked with its keys.
  const isObject = hasKeys && schema.type === 'object';
  const parts: Accepts[] = (isObject ? checks.slice(1) : checks).map(({ accepts }) => accepts);
  if (hasKeys) parts.unshift(acceptsKeys(properties, isClosed ? names : undefined, !isObject));
  if (items !== undefined && !items.isOpenToAll) parts.push(acceptsItems(items));
  return {
    accepts: all(parts),
    isOpenToAll: parts.length === 0,
    checks,
    properties,
    names,
    isClosed,
    items,
    isRoot,
  };
}

const ANY: InputSchema = {};

function propertiesOf(schema: InputSchema, isRoot: boolean): readonly Property[] {
  const schemas = schema.properties ?? {};
  const required = new Set(schema.required);
  return [...new Set([...Object.keys(schemas), ...required])].map((key) => ({
    key,
    step: pathStep(key, isRoot),
    isRequired: required.has(key),
    node: compileNode((Object.hasOwn(schemas, key) ? schemas[key] : undefined) ?? ANY, false),
  }));
}

/** Each number of parts as code of its own: a loop would take as long as all the rest. */
function all(parts: readonly Accepts[]): Accepts {
  const [first, second] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (parts.length === 2) return (value, demands) => first(value, demands) && second(value, demands);
  return (value, demands) => parts.every((part) => part(value, demands));
}

/** `names`: all keys that there may be. `takesOthers`: values that are no objects are accepted. */
function acceptsKeys(
  properties: readonly Property[],
  names: ReadonlySet<string> | undefined,
  takesOthers: boolean,
): Accepts {
  const keys = properties.map(({ key, isRequired, node }) => ({
    key,
    isRequired,
    isOnEveryObject: key in Object.prototype,
    accepts: node.isOpenToAll ? undefined : node.accepts,
  }));
  return (value, demands) => {
    if (!isDict(value)) return takesOthers;
    for (const { key, isRequired, isOnEveryObject, accepts } of keys) {
      // JSON has no undefined values.
      const item = isOnEveryObject && !Object.hasOwn(value, key) ? undefined : value[key];
      if (item === undefined) {
        if (isRequired && demands) return false;
      } else if (accepts !== undefined && !accepts(item, demands)) return false;
    }
    return names === undefined || Object.keys(value).every((key) => names.has(key));
  };
}

function acceptsItems({ accepts }: Node): Accepts {
  return (value, demands) => {
    if (!Array.isArray(value)) return true;
    for (let index = 0; index < value.length; index += 1) {
      if (!accepts(value[index], demands)) return false;
    }
    return true;
  };
}
