export {
  type Compilation,
  characterCount,
  compileTemplate,
  type Preview,
  previewOf,
  printedNumber,
} from './preview.ts';
export type { TemplateFault } from './template-fault.ts';
export { emptyValue, type Field, fieldsOf, pathText, unusedKeys } from './variable-fields.ts';
