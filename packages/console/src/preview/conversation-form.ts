/** What px0 demands of a conversation besides valid templates, so that an unfinished message is not sent. */
import type { ChatEntry, MessagePart, Place, Role } from './content.ts';
import { formFault, type TemplateFault } from './template-fault.ts';

const MOST_ENTRIES = 100;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,80}$/;

/** The first thing that px0 would refuse; undefined if there is none. */
export function formFaultIn(entries: readonly ChatEntry[]): TemplateFault | undefined {
  if (entries.length === 0) return formFault('Add a message.');
  if (entries.length > MOST_ENTRIES)
    return formFault(`A conversation has at most ${MOST_ENTRIES} messages and placeholders.`);
  const names = new Set<string>();
  for (const [entry, one] of entries.entries()) {
    const fault =
      'placeholder' in one ? placeholderFault(one.placeholder, names, entry) : messageFault(one, entry);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function placeholderFault(name: string, names: Set<string>, entry: number): TemplateFault | undefined {
  if (name === '') return formFault('Enter the name of the variable that holds the messages.', { entry });
  if (!VARIABLE_NAME.test(name))
    return formFault('A placeholder’s name has only letters, digits and underscores.', { entry });
  if (names.has(name)) return formFault(`There is already a placeholder “${name}”.`, { entry });
  names.add(name);
  return undefined;
}

function messageFault(
  message: Exclude<ChatEntry, { readonly placeholder: string }>,
  entry: number,
): TemplateFault | undefined {
  if ('template' in message)
    return message.template === '' ? formFault('Write the message, or delete it.', { entry }) : undefined;
  if (message.role === 'system') return formFault('A system message is one text.', { entry });
  for (const [part, one] of message.parts.entries()) {
    const fault = partFault(one, { entry, part });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function partFault(part: MessagePart, at: Place): TemplateFault | undefined {
  if (part.type === 'text')
    return part.template === '' ? formFault('Write the text, or remove it.', at) : undefined;
  if (part.url === '') return formFault('Enter the URL, or remove the media.', at);
  return part.media_type === undefined || MEDIA_TYPE.test(part.media_type)
    ? undefined
    : formFault('A media type looks like image/png.', at);
}

/** The system messages that stand after a message of another role, which not every model takes. */
export function lateSystemMessages(entries: readonly ChatEntry[]): ReadonlySet<number> {
  const isSystem = (entry: ChatEntry): boolean => 'role' in entry && entry.role === ('system' satisfies Role);
  const first = entries.findIndex((entry) => !isSystem(entry));
  if (first === -1) return new Set();
  return new Set(
    [...entries.keys()].filter((at) => at > first && entries[at] !== undefined && isSystem(entries[at])),
  );
}
