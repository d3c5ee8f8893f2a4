/** The face of this feature for worker threads: nothing of the database, and of the service kit its errors only. */
export { type CheckedTemplate, checkTemplate } from './checked-template.ts';
export { judge, type TemplateJudgement } from './template-judgement.ts';
