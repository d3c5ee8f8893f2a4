/** A rendered conversation as bubbles by role. The messages of a placeholder are folded up. */
import { History } from 'lucide-react';
import { Fragment } from 'react';
import { asJson, isList, isObject, type JsonValue, prettyJson } from '../json/mod.ts';
import { messagesText, messageText, type PreviewMessage } from '../preview/mod.ts';
import { classes } from '../ui/mod.ts';
import { LongText, MOST_SHOWN } from './long-text.tsx';
import { MediaPreview } from './media-preview.tsx';
import { useTokenCount } from './use-token-count.ts';

export interface ConversationPreviewProps {
  readonly messages: readonly PreviewMessage[];
  readonly hasMarks: boolean;
}

/** Messages shown at most of one placeholder. */
const MOST_OF_HISTORY = 200;

/** Characters shown of each message, however many there are. */
const LEAST_SHOWN = 1_000;

/** How the texts of all messages are shown. */
interface Look {
  readonly hasMarks: boolean;
  readonly most: number;
}

export function ConversationPreview({ messages, hasMarks }: ConversationPreviewProps) {
  if (messages.length === 0) return <p className="text-faint text-sm">No message is left.</p>;
  const look = { hasMarks, most: Math.max(LEAST_SHOWN, Math.floor(MOST_SHOWN / messages.length)) };
  return (
    <ol aria-label="Rendered messages" className="flex flex-col gap-3">
      {groupsOf(messages).map(({ from, messages: group }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rendered message has no identity but its place
        <Fragment key={at}>
          {from === undefined ? (
            group.map((message, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: likewise
              <li key={place} className="flex flex-col">
                <Bubble message={message} look={look} />
              </li>
            ))
          ) : (
            <li>
              <HistoryGroup name={from} messages={group} look={look} />
            </li>
          )}
        </Fragment>
      ))}
    </ol>
  );
}

interface HistoryGroupProps {
  readonly name: string;
  readonly messages: readonly JsonValue[];
  readonly look: Look;
}

function HistoryGroup({ name, messages, look }: HistoryGroupProps) {
  return (
    <details className="group rounded-lg border border-line border-dashed">
      <summary className="flex min-h-8 cursor-pointer items-center gap-2 rounded-lg px-3 py-1.5 text-muted text-sm">
        <History aria-hidden="true" className="size-3.5 shrink-0" />
        <span className="min-w-0 flex-1">
          {messages.length} {messages.length === 1 ? 'message' : 'messages'} from{' '}
          <span className="font-mono text-xs">{name}</span>
        </span>
        <Tokens text={messagesText(messages)} />
      </summary>
      <ol className="flex flex-col gap-3 px-3 pt-1 pb-3">
        {messages.slice(0, MOST_OF_HISTORY).map((message, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rendered message has no identity but its place
          <li key={at} className="flex flex-col">
            <Bubble message={message} look={look} />
          </li>
        ))}
      </ol>
      {messages.length > MOST_OF_HISTORY && (
        <p className="px-3 pb-3 text-faint text-xs">And {messages.length - MOST_OF_HISTORY} more.</p>
      )}
    </details>
  );
}

const looks: { readonly [role: string]: string } = {
  system: 'border border-line bg-sunken',
  user: 'ml-8 self-end bg-accent-soft',
  assistant: 'mr-8 self-start border border-line bg-raised',
};

function Bubble({ message, look }: { readonly message: JsonValue; readonly look: Look }) {
  const role = isObject(message) && typeof message['role'] === 'string' ? message['role'] : 'user';
  return (
    <article
      aria-label={`${roleName(role)} message`}
      className={classes('min-w-0 max-w-full rounded-lg px-3 py-2', looks[role] ?? looks['assistant'])}
    >
      <header className="mb-0.5 flex items-baseline gap-3">
        <span className="font-medium text-muted text-xs">{roleName(role)}</span>
        <span className="ml-auto">
          <Tokens text={messageText(message)} />
        </span>
      </header>
      <BubbleContent message={message} look={look} />
    </article>
  );
}

function BubbleContent({ message, look }: { readonly message: JsonValue; readonly look: Look }) {
  const content = isObject(message) ? message['content'] : undefined;
  const isPlain =
    isObject(message) && Object.keys(message).every((key) => key === 'role' || key === 'content');
  if (isPlain && typeof content === 'string') return <LongText text={content} {...look} />;
  if (isPlain && isList(content)) {
    return (
      <div className="flex flex-col gap-2">
        {content.map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part has no identity but its place
          <PartPreview key={at} part={part} look={look} />
        ))}
      </div>
    );
  }
  // What an application brought along in a form of its own, such as the call of a tool.
  return <LongText mono text={prettyJson(message)} most={look.most} />;
}

function PartPreview({ part, look }: { readonly part: JsonValue; readonly look: Look }) {
  if (isObject(part) && part['type'] === 'text' && typeof part['text'] === 'string')
    return <LongText text={part['text']} {...look} />;
  if (isObject(part) && part['type'] === 'media' && typeof part['url'] === 'string') {
    const type = typeof part['media_type'] === 'string' ? part['media_type'] : undefined;
    return <MediaPreview url={part['url']} type={type} />;
  }
  return <LongText mono text={prettyJson(part)} most={look.most} />;
}

function Tokens({ text }: { readonly text: string }) {
  const tokens = useTokenCount(text);
  return (
    <span
      title="Counted with the o200k vocabulary. Other models may count differently."
      className="whitespace-nowrap text-faint text-xs tabular-nums"
    >
      {tokens === undefined ? '…' : `≈ ${tokens.toLocaleString('en')} ${tokens === 1 ? 'token' : 'tokens'}`}
    </span>
  );
}

function roleName(role: string): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}

interface Group {
  readonly from: string | undefined;
  readonly messages: JsonValue[];
}

/** Neighbours of one origin together. */
function groupsOf(messages: readonly PreviewMessage[]): readonly Group[] {
  const groups: Group[] = [];
  for (const { message, from } of messages) {
    const last = groups.at(-1);
    if (last !== undefined && last.from === from) last.messages.push(asJson(message));
    else groups.push({ from, messages: [asJson(message)] });
  }
  return groups;
}
