export { ExactNumber, readJson } from './exact-number.ts';
export {
  asJson,
  isList,
  isObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  losesDigits,
  parseJson,
  prettyJson,
  valueAt,
  withFloats,
  withoutValueAt,
  withValueAt,
} from './json-value.ts';
