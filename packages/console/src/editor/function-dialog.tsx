/** All functions and keywords of the template language, with an example of each, to read and to put into the text. */
import { useState } from 'react';
import { Button, CopyButton, Dialog, TextField } from '../ui/mod.ts';
import { functionReference, keywordExample, keywordReference } from './function-reference.ts';

export interface FunctionDialogProps {
  readonly onClose: () => void;
  /** Undefined where there is no one text to insert into. */
  readonly onInsert: ((example: string) => void) | undefined;
}

interface Entry {
  readonly signature: string;
  readonly summary: string;
  readonly example: string;
}

const functions = Object.entries(functionReference).map(
  ([name, { parameters, summary, example }]): Entry => ({
    signature: `${name} ${parameters}`,
    summary,
    example: example.startsWith('{{if') ? `${example}…{{end}}` : example,
  }),
);
const keywords = keywordReference.map(
  (keyword): Entry => ({
    signature: keyword.word,
    summary: keyword.summary,
    example: keywordExample(keyword),
  }),
);

export function FunctionDialog({ onClose, onInsert }: FunctionDialogProps) {
  const [words, setWords] = useState('');
  const found = { functions: matching(functions, words), keywords: matching(keywords, words) };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="lg"
      title="Functions and keywords"
      description="Use them between {{ and }}. The editor also suggests them as you type."
    >
      <div className="flex flex-col gap-4">
        <TextField
          label="Search"
          value={words}
          onChange={setWords}
          placeholder="join, uppercase, JSON"
          autoFocus
        />
        <Entries title="Functions" entries={found.functions} onClose={onClose} onInsert={onInsert} />
        <Entries title="Keywords" entries={found.keywords} onClose={onClose} onInsert={onInsert} />
        {found.functions.length + found.keywords.length === 0 && (
          <p className="text-muted text-sm">No function or keyword matches.</p>
        )}
        <p className="text-muted text-sm">
          <a href="/docs/template-syntax" target="_blank" rel="noreferrer" className="underline">
            Template syntax in the docs
          </a>
        </p>
      </div>
    </Dialog>
  );
}

interface EntriesProps extends FunctionDialogProps {
  readonly title: string;
  readonly entries: readonly Entry[];
}

function Entries({ title, entries, onClose, onInsert }: EntriesProps) {
  if (entries.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3 className="mb-1 font-semibold text-sm">{title}</h3>
      <ul className="divide-y divide-line rounded-lg border border-line">
        {entries.map(({ signature, summary, example }) => (
          <li key={signature} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 text-sm">
            <div className="min-w-0 flex-1 basis-64">
              <code className="font-medium text-xs">{signature}</code>
              <p className="text-muted">{summary}</p>
            </div>
            <code className="min-w-0 break-all rounded bg-sunken px-1.5 py-0.5 text-xs">{example}</code>
            {onInsert === undefined ? (
              <CopyButton text={example} label={`Copy ${example}`} />
            ) : (
              <Button
                size="sm"
                aria-label={`Insert ${example}`}
                onClick={() => {
                  onClose();
                  // Behind the dialog, which gives the focus back when it closes.
                  setTimeout(() => onInsert(example.replace('…', '')));
                }}
              >
                Insert
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Those that have every word in their name, summary or example. */
function matching(entries: readonly Entry[], words: string): readonly Entry[] {
  const wanted = words.toLowerCase().split(/\s+/);
  return entries.filter(({ signature, summary, example }) => {
    const text = `${signature} ${summary} ${example}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
