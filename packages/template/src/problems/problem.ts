/** Something that an author should know of a text. */
export interface TemplateProblem {
  /** UTF-16 offsets into the text; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** A sentence without a place. */
  readonly message: string;
  /** What the author probably meant, to take the place of the part. */
  readonly suggestion?: string;
}

/** A problem as one sentence: with what was meant. */
export function problemText({
  message,
  suggestion,
}: Pick<TemplateProblem, 'message' | 'suggestion'>): string {
  return suggestion === undefined ? message : `${message}. Did you mean ${oneLine(suggestion)}?`;
}

const LONGEST_SHOWN = 60;

/** A part of a text within a sentence. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN - 1)}…` : line;
}
