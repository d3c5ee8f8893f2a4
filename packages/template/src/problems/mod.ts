/** What authors should know of a text: all of its errors at once, with what they probably meant, and what looks like another language. */

export { errorsIn, type TextErrors } from './errors-in.ts';
export { otherLanguagesIn } from './other-languages.ts';
export { problemText, type TemplateProblem } from './problem.ts';
