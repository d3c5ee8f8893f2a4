/** What the code editor takes and offers. */
import type { Ref } from 'react';
import type { TemplateFault } from '../preview/mod.ts';
import type { TextMark } from './contract-marks.ts';
import type { KnownVariables } from './template-completion.ts';

export interface CodeEditorHandle {
  focus(): void;
  /** Moves the cursor to a fault: behind the part that it speaks of, where what is missing is mostly written. */
  goTo(fault: Pick<TemplateFault, 'offset' | 'end'>): void;
  /** Replaces the text in one edit that the user can undo. */
  replace(text: string): void;
  /** The document, in which each line break is one character. */
  text(): string;
  /** Inserts at the cursor. */
  insert(text: string): void;
  /** Puts what was probably meant in place of the part at fault. */
  apply(fault: TemplateFault): void;
}

export interface CodeEditorProps {
  readonly ref?: Ref<CodeEditorHandle>;
  readonly language: 'template' | 'json';
  /** The initial text. Use `replace` to change it later. */
  readonly initialText: string;
  readonly label: string;
  readonly hint?: string;
  readonly isReadOnly?: boolean;
  /** What to underline in the text; the editor shows again what is another list. */
  readonly faults?: readonly TemplateFault[];
  /** Finds what to underline in the text. The editor asks again when it gets another function. */
  readonly marksIn?: (text: string) => readonly TextMark[];
  /** For completion; called when it opens. */
  readonly known?: () => KnownVariables;
  readonly onChange?: (text: string) => void;
  readonly className?: string;
}
