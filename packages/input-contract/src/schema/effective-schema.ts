/** What a version's variables must be: what its template needs, tightened by its author. */
import { bytesOf, MAX_BYTES, MAX_PROPERTIES, propertiesOf } from './bounds.ts';
import type { InputSchema, JsonType } from './schema.ts';
import { placeOfItems, placeOfProperty, ROOT_PLACE, SchemaFault } from './schema-fault.ts';

/**
 * Both schemas as one, which accepts what both of them accept. Properties that the template reads come first, in their order.
 *
 * @param inferred of the template
 * @param authored checked by `checkInputSchema`; undefined when the author gave none
 * @throws SchemaFault when no value could be of a type that both allow, or the author refuses a property that the template reads
 */
export function effectiveSchema(inferred: InputSchema, authored: InputSchema | undefined): InputSchema {
  return authored === undefined ? inferred : united(inferred, authored, ROOT_PLACE);
}

/**
 * The same of schemas that are about to be saved: each is bounded by itself, and so are both together.
 *
 * @throws SchemaFault as above, and when there is more than a schema may have
 */
export function savedSchema(inferred: InputSchema, authored: InputSchema | undefined): InputSchema {
  const schema = effectiveSchema(inferred, authored);
  if (authored === undefined) return schema;
  if (propertiesOf(schema) > MAX_PROPERTIES)
    throw new SchemaFault(
      ROOT_PLACE,
      `must have at most ${MAX_PROPERTIES} properties with those that the template reads`,
    );
  if (bytesOf(schema) > MAX_BYTES)
    throw new SchemaFault(ROOT_PLACE, `must be at most ${MAX_BYTES} bytes with what the template needs`);
  return schema;
}

function united(inferred: InputSchema, authored: InputSchema, place: string): InputSchema {
  const type = commonTypes(inferred, authored, place);
  const properties = unitedProperties(inferred, authored, place);
  const required = [...new Set([...(inferred.required ?? []), ...(authored.required ?? [])])];
  const items = unitedItems(inferred, authored, place);
  return {
    ...inferred,
    ...authored,
    ...(type !== undefined && { type }),
    ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
    ...(items !== undefined && { items }),
  };
}

function commonTypes(inferred: InputSchema, authored: InputSchema, place: string): InputSchema['type'] {
  if (inferred.type === undefined || authored.type === undefined) return authored.type ?? inferred.type;
  const needed = [inferred.type].flat();
  const common = [...new Set([authored.type].flat().flatMap((type) => narrower(type, needed)))];
  const [first, ...others] = common;
  if (first === undefined) throw new SchemaFault(place, `the template needs ${listed(needed)}`);
  return others.length === 0 ? first : common;
}

/** What is left of a type that the author allows: an integer is a number, too. */
function narrower(type: JsonType, needed: readonly JsonType[]): JsonType[] {
  if (needed.includes(type)) return [type];
  if (type === 'integer' && needed.includes('number')) return ['integer'];
  return type === 'number' && needed.includes('integer') ? ['integer'] : [];
}

/** `array, object or null`. */
function listed(types: readonly JsonType[]): string {
  const last = types.at(-1) ?? '';
  return types.length > 1 ? `${types.slice(0, -1).join(', ')} or ${last}` : last;
}

function unitedProperties(inferred: InputSchema, authored: InputSchema, place: string) {
  const [read, written] = [inferred.properties ?? {}, authored.properties ?? {}];
  const properties = Object.entries(read).map(([key, schema]): [string, InputSchema] => {
    const inner = placeOfProperty(place, key);
    const own = Object.hasOwn(written, key) ? written[key] : undefined;
    if (own !== undefined) return [key, united(schema, own, inner)];
    if (authored.additionalProperties === false) throw new SchemaFault(inner, 'is read by the template');
    return [key, schema];
  });
  return [...properties, ...Object.entries(written).filter(([key]) => !Object.hasOwn(read, key))];
}

function unitedItems(
  { items: inferred }: InputSchema,
  { items: authored }: InputSchema,
  place: string,
): InputSchema | undefined {
  if (inferred === undefined || authored === undefined) return authored ?? inferred;
  return united(inferred, authored, placeOfItems(place));
}
