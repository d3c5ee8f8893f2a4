export { asJson, isList, isObject, type JsonValue } from './json-value.ts';
export { compileTemplate, previewOf } from './preview.ts';
