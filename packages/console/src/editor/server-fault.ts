/** What px0 says about content that it does not keep, at the place that it speaks of. */
import { type Body, formFault, isChat, type Place, type TemplateFault } from '../preview/mod.ts';

/** The parts of a version's editor. */
export type Section = 'prompt' | 'config' | 'schema' | 'note';

export interface ServerFault {
  readonly section: Section;
  readonly fault: TemplateFault;
}

/** Reads a refusal such as `invalid messages: messages.3.parts.0.url: must not be empty`. */
export function serverFault(message: string, body: Body): ServerFault {
  const [, kind, rest = ''] =
    /^(invalid messages|invalid template|invalid config|invalid input schema): (.*)$/s.exec(message) ?? [];
  if (kind === 'invalid config') return { section: 'config', fault: formFault(rest) };
  if (kind === 'invalid input schema') return { section: 'schema', fault: formFault(rest) };
  if (message.startsWith('note ')) return { section: 'note', fault: formFault(message) };
  const at = isChat(body) ? placeIn(rest) : undefined;
  return { section: 'prompt', fault: formFault(kind === undefined ? message : rest, at) };
}

/** The place in `messages.3.parts.0.url: …` or in `template: message 3.0:1: …`. */
function placeIn(text: string): Place | undefined {
  const [, entry, part] =
    /^messages\.(\d+)(?:\.parts\.(\d+))?/.exec(text) ??
    /^template: message (\d+)(?:\.(\d+))?:/.exec(text) ??
    [];
  if (entry === undefined) return undefined;
  return part === undefined ? { entry: Number(entry) } : { entry: Number(entry), part: Number(part) };
}
