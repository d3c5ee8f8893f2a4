/**
 * All that is wrong with a version's texts at once, and what looks like another template language in them. A text with errors is read without them, so that
 * its form keeps its fields.
 */
import type { TemplateVariable } from '@px0/template';
import {
  errorsIn,
  otherLanguagesIn,
  problemText,
  type TemplateProblem,
  type TextErrors,
} from '@px0/template/problems';
import { type Body, isChat, type Place } from './content.ts';
import { type Compilation, compileBody } from './preview.ts';
import type { TemplateFault } from './template-fault.ts';
import { shownOffset } from './text-position.ts';
import { type Field, fieldsOf } from './variable-fields.ts';

/** Faults of all texts at most. */
const MOST_FAULTS = 20;

/** In the order of the texts: first what keeps the body from being saved, then hints. */
export function faultsIn(body: Body, compilation: Compilation): readonly TemplateFault[] {
  const errors = compilation.ok
    ? []
    : textsRead(body).flatMap(({ text, at, errors: found }) =>
        found.map((error) => shown('syntax', error, text, at)),
      );
  const hints = textsOf(body).flatMap(({ text, at }) =>
    otherLanguagesIn(text).map((problem) => shown('hint', problem, text, at)),
  );
  const first = compilation.ok ? compilation.formFault : compilation.fault;
  // Such as a name that two messages define: each text alone has no error.
  const others = errors.length === 0 && first !== undefined ? [first] : [];
  return [...errors, ...others, ...hints].slice(0, MOST_FAULTS);
}

/** A fault as one sentence: with what was probably meant. */
export function faultText(fault: TemplateFault): string {
  return problemText(fault);
}

/** The fields of what is right in a body with errors. Those of the last body without any stay, since their place may be what is being written. */
export function repairedFields(body: Body, last: readonly TemplateVariable[]): readonly Field[] {
  const repaired = repairedBody(body);
  const compilation = repaired && compileBody(repaired);
  if (compilation?.ok !== true) return fieldsOf(last);
  const known = new Set(last.map(({ path }) => path));
  return fieldsOf([...last, ...compilation.variables.filter(({ path }) => !known.has(path))]);
}

function repairedBody(body: Body): Body | undefined {
  const texts: string[] = [];
  for (const { repaired } of textsRead(body)) {
    if (repaired === undefined) return undefined;
    texts.push(repaired);
  }
  const next = (): string => texts.shift() ?? '';
  if (!isChat(body)) return { template: next() };
  return {
    messages: body.messages.map((entry) => {
      if ('placeholder' in entry) return entry;
      if ('template' in entry) return { ...entry, template: next() };
      const parts = entry.parts.map((part) =>
        part.type === 'text' ? { ...part, template: next() } : { ...part, url: next() },
      );
      return { ...entry, parts };
    }),
  };
}

interface ReadText extends PlacedText, TextErrors {}

/** The faults and the fields of a body need the same. */
const read = new WeakMap<Body, readonly ReadText[]>();

function textsRead(body: Body): readonly ReadText[] {
  const known = read.get(body);
  if (known !== undefined) return known;
  const texts = textsOf(body).map((placed) => ({ ...placed, ...errorsIn(placed.text) }));
  read.set(body, texts);
  return texts;
}

interface PlacedText {
  readonly text: string;
  /** Undefined for the only text of a version. */
  readonly at: Place | undefined;
}

function textsOf(body: Body): readonly PlacedText[] {
  if (!isChat(body)) return [{ text: body.template, at: undefined }];
  return body.messages.flatMap((entry, place): PlacedText[] => {
    if ('placeholder' in entry) return [];
    if ('template' in entry) return [{ text: entry.template, at: { entry: place } }];
    return entry.parts.map((part, number) => ({
      text: part.type === 'text' ? part.template : part.url,
      at: { entry: place, part: number },
    }));
  });
}

function shown(
  kind: 'syntax' | 'hint',
  problem: TemplateProblem,
  text: string,
  at: Place | undefined,
): TemplateFault {
  const { from, to, suggestion } = problem;
  return {
    kind,
    message: problem.message,
    at,
    ...shownOffset(text, from),
    end: shownOffset(text, to).offset,
    ...(suggestion !== undefined && { suggestion }),
  };
}
