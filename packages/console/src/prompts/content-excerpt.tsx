/** The beginning of a version: the first lines of its text, or the first messages of its conversation. */
import { type ChatEntry, contentOf, isChat } from '../preview/mod.ts';
import type { Version } from './version-actions.ts';

/** The messages of a conversation that are shown. */
const SHOWN = 3;

const roles = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

export function ContentExcerpt({ version }: { readonly version: Version }) {
  const { body } = contentOf(version);
  if (!isChat(body)) {
    return (
      <p className="line-clamp-3 whitespace-pre-line break-words font-mono text-muted text-xs leading-5">
        {shortened(version.template, LONGEST_EXCERPT)}
      </p>
    );
  }
  const left = body.messages.length - SHOWN;
  return (
    <ol aria-label="Beginning of the conversation" className="flex flex-col gap-0.5 text-xs leading-5">
      {body.messages.slice(0, SHOWN).map((entry, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the entries have no identity, and none moves here.
        <li key={at} className="flex min-w-0 gap-2">
          <span className="w-18 shrink-0 text-faint">
            {'placeholder' in entry ? 'Placeholder' : roles[entry.role]}
          </span>
          <span className="min-w-0 truncate font-mono text-muted">{lineOf(entry)}</span>
        </li>
      ))}
      {left > 0 && <li className="text-faint">{left === 1 ? '1 more message' : `${left} more messages`}</li>}
    </ol>
  );
}

/** An entry as one line; media by its kind, because its URL may be an image of some megabytes. */
function lineOf(entry: ChatEntry): string {
  if ('placeholder' in entry) return entry.placeholder;
  if ('template' in entry) return shortened(entry.template);
  return entry.parts
    .map((part) => (part.type === 'text' ? shortened(part.template) : `[${part.media_type ?? 'media'}]`))
    .join(' ');
}

/** More than fits into a line of any window. */
const LONGEST_LINE = 400;

/** More than fits into three lines. */
const LONGEST_EXCERPT = 1_000;

function shortened(text: string, length = LONGEST_LINE): string {
  return text.trimStart().slice(0, length);
}

/** What a version asks of the model, in a few words. Undefined without a configuration. */
export function configSummary(version: Version): string | undefined {
  const { model, ...others } = contentOf(version).config;
  const count = Object.keys(others).length;
  const settings = count === 0 ? undefined : count === 1 ? '1 model setting' : `${count} model settings`;
  return typeof model !== 'string' ? settings : settings === undefined ? model : `${model}, ${settings}`;
}
