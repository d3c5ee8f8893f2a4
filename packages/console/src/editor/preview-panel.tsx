/** Shows what the version renders while the user types, with its size. If the render would fail, shows why and where. */
import { CircleAlert, Info, MessagesSquare, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import { asJson, type JsonObject } from '../json/mod.ts';
import {
  characterCount,
  faultPlace,
  faultText,
  messagesText,
  type Preview,
  type Provider,
  providers,
  requestFor,
  type TemplateFault,
} from '../preview/mod.ts';
import type { ContractPolicy } from '../prompts/mod.ts';
import { CopyButton, classes, Segments } from '../ui/mod.ts';
import { ConversationPreview } from './conversation-preview.tsx';
import { LongText } from './long-text.tsx';
import { RequestPreview } from './request-preview.tsx';
import { useTokenCount } from './use-token-count.ts';
import type { Rendered } from './use-tried.ts';

export interface PreviewPanelProps {
  readonly preview: Preview;
  /** How many errors the template has. */
  readonly errors: number;
  /** What the last valid template rendered. */
  readonly last: Rendered | undefined;
  readonly contract: ContractPolicy;
  /** What the input schema does not accept in the values, as the API says it. */
  readonly violation: string | undefined;
  readonly isChat: boolean;
  readonly config: JsonObject;
  readonly slug: string;
  readonly onGoTo: (fault: TemplateFault) => void;
}

export function PreviewPanel(props: PreviewPanelProps) {
  const { preview, errors, last, contract, violation, isChat, config, slug, onGoTo } = props;
  const { output, fault, missing } = preview;
  const [view, setView] = useState<'output' | Provider>('output');
  const { messages } = preview;
  // A transcript lacks the calls of tools, and has roles that are not part of a message.
  const sized = useMemo(
    () => (messages === undefined ? output : messagesText(messages.map(({ message }) => asJson(message)))),
    [messages, output],
  );
  const isOutdated = output === undefined && last?.output !== undefined;
  const shown = isOutdated ? last : preview;
  return (
    <div className="flex h-full min-h-0 flex-col">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-b px-3 py-2">
        <h2 className="font-semibold text-sm">Preview</h2>
        <Segments
          label="Preview as"
          value={view}
          onChange={setView}
          options={[{ value: 'output', label: isChat ? 'Conversation' : 'Text' }, ...providers]}
        />
        {view === 'output' && (
          <span className="ml-auto flex items-center gap-3">
            <span className="text-faint text-xs tabular-nums">
              <Size text={sized} />
            </span>
            {output !== undefined && (
              <>
                <CopyButton text={output} label="Copy output" />
                <CopyButton icon={MessagesSquare} text={chatText(preview)} label="Copy as chat messages" />
              </>
            )}
          </span>
        )}
      </header>
      {isRefused(props) ? (
        <Refusal violation={violation} hasPlaceholders={missing.length > 0} />
      ) : (
        <>
          <Fault fault={fault} others={errors - 1} missing={missing} onGoTo={onGoTo} />
          {contract === 'warn' && <Warning violation={violation} />}
        </>
      )}
      {view === 'output' ? (
        <ScrollRegion
          label="Rendered output"
          className="min-h-0 flex-1 overflow-auto px-4 py-3 -outline-offset-2"
        >
          <div className={classes('transition-opacity', isOutdated && 'opacity-70')}>
            {shown.messages !== undefined ? (
              <ConversationPreview messages={shown.messages} hasMarks={missing.length > 0} />
            ) : shown.output === undefined || shown.output === '' ? (
              <p className="text-faint text-sm">
                {fault === undefined ? 'The output is empty.' : 'No output.'}
              </p>
            ) : (
              <LongText text={shown.output} hasMarks={missing.length > 0} />
            )}
          </div>
        </ScrollRegion>
      ) : (
        <Request provider={view} rendered={shown} config={config} slug={slug} />
      )}
    </div>
  );
}

/** The messages as JSON, in the form that most libraries take; a text is one message of the user. */
function chatText({ output = '', messages }: Preview): string {
  const list = messages?.map(({ message }) => message) ?? [{ role: 'user', content: output }];
  return JSON.stringify(list, null, 2);
}

/** Whether px0 refuses the render before the template runs. What is wrong with the template itself comes first. */
function isRefused({ contract, violation, preview: { fault } }: PreviewPanelProps): boolean {
  return (
    contract === 'enforce' && violation !== undefined && (fault === undefined || fault.kind === 'execution')
  );
}

interface RefusalProps {
  readonly violation: string | undefined;
  readonly hasPlaceholders: boolean;
}

function Refusal({ violation, hasPlaceholders }: RefusalProps) {
  return (
    <div
      role="status"
      className="flex items-start gap-2 border-line border-b bg-danger-soft px-3 py-2 text-danger-ink text-xs"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 flex-1 break-words">
        This prompt’s contract is “enforce”, so px0 rejects this render:
        <p className="font-mono">invalid variables: {violation}</p>
        {hasPlaceholders && 'The preview shows placeholders for missing variables.'}
      </div>
    </div>
  );
}

function Warning({ violation }: Pick<RefusalProps, 'violation'>) {
  if (violation === undefined) return null;
  return (
    <div
      role="status"
      className="flex items-start gap-2 border-line border-b bg-warning-soft px-3 py-2 text-warning-ink text-xs"
    >
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 flex-1 break-words">
        This prompt’s contract is “warn”, so this render returns a warning:
        <p className="font-mono">{violation}</p>
      </div>
    </div>
  );
}

interface RequestProps {
  readonly provider: Provider;
  readonly rendered: Rendered;
  readonly config: JsonObject;
  readonly slug: string;
}

function Request({ provider, rendered, config, slug }: RequestProps) {
  const request = useMemo(
    () => (rendered.output === undefined ? undefined : requestFor(provider, rendered, config, slug)),
    [provider, rendered, config, slug],
  );
  return <RequestPreview provider={provider} request={request} />;
}

/** The characters and tokens of a text. */
export function Size({ text }: { readonly text: string | undefined }) {
  const tokens = useTokenCount(text);
  if (text === undefined) return null;
  const characters = characterCount(text);
  return (
    <>
      {characters.toLocaleString('en')} {characters === 1 ? 'character' : 'characters'}
      <span aria-hidden="true"> · </span>
      <span title="Counted with the o200k vocabulary. Other models may count differently.">
        {tokens === undefined
          ? '… tokens'
          : `≈ ${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`}
      </span>
    </>
  );
}

/** Missing variables that are named; the form marks the others, too. */
const MOST_NAMED = 20;

interface FaultProps {
  readonly fault: TemplateFault | undefined;
  readonly others: number;
  readonly missing: readonly string[];
  readonly onGoTo: (fault: TemplateFault) => void;
}

const names = { syntax: 'Template error: ', execution: 'Render error: ', form: '', hint: '' };

function Fault({ fault, others, missing, onGoTo }: FaultProps) {
  if (fault === undefined) return null;
  const place = faultPlace(fault);
  if (missing.length > 0) {
    return (
      <p
        role="status"
        className="flex items-start gap-2 border-line border-b bg-info-soft px-3 py-2 text-info-ink text-xs"
      >
        <Info aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
        <span className="min-w-0 break-words">
          {missing.length === 1 ? 'Missing required variable' : 'Missing required variables'}:{' '}
          <span className="font-mono">{missing.slice(0, MOST_NAMED).join(', ')}</span>
          {missing.length > MOST_NAMED && ` and ${missing.length - MOST_NAMED} more`}. Renders fail without{' '}
          {missing.length === 1 ? 'it' : 'them'}. The preview shows placeholders.
        </span>
      </p>
    );
  }
  return (
    <div
      role="status"
      className="flex items-start gap-2 border-line border-b bg-danger-soft px-3 py-2 text-danger-ink text-xs"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" />
      <span className="min-w-0 flex-1 break-words">
        {names[fault.kind]}
        <span className="font-mono">{faultText(fault)}</span>
        {others > 0 && ` And ${others} more ${others === 1 ? 'error' : 'errors'}.`}
      </span>
      {place !== '' && (
        <button
          type="button"
          onClick={() => onGoTo(fault)}
          className="shrink-0 rounded-sm font-medium underline underline-offset-2"
        >
          {place}
        </button>
      )}
    </div>
  );
}
