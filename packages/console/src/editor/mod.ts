export { compileTemplate, previewOf } from './preview.ts';
