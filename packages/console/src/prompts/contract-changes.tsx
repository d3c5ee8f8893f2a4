/** What a version that goes live changes for applications, by the input schemas of both: breaks as a list, notices apart and quieter. */
import { type ReactNode, useEffect, useRef } from 'react';
import { NotSending, type PromptService } from '../services/mod.ts';
import { Callout, Checkbox } from '../ui/mod.ts';
import { type BreakEntry, breakEntry } from './contract-breaks.ts';

export interface ContractChangesProps {
  readonly breaks: readonly string[];
  readonly notices: readonly string[];
  /** Who rendered the prompt lately, to name those that do not send what becomes required. */
  readonly services: readonly PromptService[];
  /** What breaks mean for the step that the user is about to take. */
  readonly effect: 'none' | 'later' | 'asks' | 'proposed' | 'allowed';
  /** px0 refused the step because of these breaks, after the dialog had been opened. */
  readonly isLate?: boolean;
  readonly isConfirmed?: boolean;
  readonly onConfirm?: (isConfirmed: boolean) => void;
}

const titles = {
  none: '',
  later: 'Making this version live will break the input contract',
  asks: 'This version breaks the input contract',
  proposed: 'This version breaks the input contract',
  allowed: 'This rollback breaks the input contract',
};

const explanations: { readonly [Effect in ContractChangesProps['effect']]: string } = {
  none: '',
  later: 'You can mark it stable. px0 asks again before it goes live.',
  asks: 'It rejects variables that the live version accepts.',
  proposed: 'It rejects variables that the live version accepts.',
  allowed:
    'A rollback is allowed to. Applications may send variables that the earlier version does not accept.',
};

export function ContractChanges(props: ContractChangesProps) {
  const { breaks, notices, services, effect, isLate = false, isConfirmed = false, onConfirm } = props;
  const section = useRef<HTMLElement>(null);
  // The user may be reading far below when px0 refuses.
  const late = isLate ? breaks : undefined;
  useEffect(() => {
    if (late === undefined) return;
    section.current?.scrollIntoView({ block: 'nearest' });
    section.current?.focus();
  }, [late]);
  if (breaks.length === 0 && notices.length === 0) return null;
  if (effect === 'none') return <QuietChanges breaks={breaks} notices={notices} services={services} />;
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-label="Input contract"
      className="flex scroll-mt-4 flex-col gap-2 rounded-lg outline-offset-2"
    >
      {breaks.length > 0 && (
        <Callout tone={effect === 'later' ? 'info' : 'warning'} title={titles[effect]}>
          <p>{isLate ? 'px0 refused the promotion: this is how it compares now.' : explanations[effect]}</p>
          <Entries label="Breaks" texts={breaks} />
          <NotSending breaks={breaks} services={services} />
          {effect === 'asks' && (
            <div className="mt-3">
              <Checkbox
                label="Promote although it breaks the contract"
                checked={isConfirmed}
                onChange={(isChecked) => onConfirm?.(isChecked)}
              />
            </div>
          )}
        </Callout>
      )}
      <Notices notices={notices} />
    </section>
  );
}

/** While the contract is off, breaks are no more than worth knowing. */
function QuietChanges({
  breaks,
  notices,
  services,
}: Pick<ContractChangesProps, 'breaks' | 'notices' | 'services'>) {
  return (
    <details className="text-muted text-xs">
      <summary className="cursor-pointer rounded-sm">
        The input schema changes. This prompt’s contract is off, so px0 rejects nothing.
      </summary>
      <Entries label="Breaks" texts={breaks} />
      <NotSending breaks={breaks} services={services} />
      <Entries label="Notices" texts={notices} />
    </details>
  );
}

function Notices({ notices }: { readonly notices: readonly string[] }) {
  if (notices.length === 0) return null;
  return (
    <div className="text-muted text-xs">
      <p>Also changed, without breaking anything:</p>
      <Entries label="Notices" texts={notices} />
    </div>
  );
}

/** Entries shown at once; a schema may have hundreds of variables. */
const MOST_SHOWN = 8;

function Entries({ label, texts }: { readonly label: string; readonly texts: readonly string[] }): ReactNode {
  if (texts.length === 0) return null;
  const entries = texts.map(breakEntry);
  const others = entries.slice(MOST_SHOWN);
  return (
    <>
      <ul aria-label={label} className="mt-1.5 flex list-disc flex-col gap-0.5 pl-4">
        {entries.slice(0, MOST_SHOWN).map((entry, at) => (
          <Entry key={entry.text} entry={entry} isExplained={entry.meaning !== entries[at - 1]?.meaning} />
        ))}
      </ul>
      {others.length > 0 && (
        <details className="mt-1">
          <summary className="cursor-pointer rounded-sm">{others.length} more</summary>
          <ul
            aria-label={`More ${label.toLowerCase()}`}
            className="mt-1 flex list-disc flex-col gap-0.5 pl-4"
          >
            {others.map((entry, at) => (
              <Entry
                key={entry.text}
                entry={entry}
                isExplained={entry.meaning !== entries[MOST_SHOWN + at - 1]?.meaning}
              />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface EntryProps {
  readonly entry: BreakEntry;
  /** Entries of one kind follow each other, and the first is explained. */
  readonly isExplained: boolean;
}

function Entry({ entry: { what, path, rest, meaning }, isExplained }: EntryProps) {
  return (
    <li>
      <span className="font-medium">
        {what}
        {path !== undefined && <code className="break-all font-mono text-[0.92em]">{path}</code>}
        {rest}
      </span>
      {isExplained && meaning !== undefined && <span className="block text-xs">{meaning}</span>}
    </li>
  );
}
