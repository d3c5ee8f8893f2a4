/** What a caller may give as a fallback. */

/** A template in px0's language, a function that makes the text, or a chat. */
export type Fallback = string | ((variables: Readonly<Record<string, unknown>>) => string) | FallbackChat;

/** A chat in px0's form, which is rendered as px0 renders one. */
export interface FallbackChat {
  readonly messages: readonly FallbackMessage[];
  /** The model and its settings, as a version has them. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** A message of a fallback: its text as it is, its template, its parts, or a placeholder for the messages of a variable. */
export type FallbackMessage =
  | { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }
  | { readonly role: 'system' | 'user' | 'assistant'; readonly template: string }
  | { readonly role: 'user' | 'assistant'; readonly parts: readonly FallbackPart[] }
  | { readonly placeholder: string; readonly required?: boolean };

/** The text and the URL are templates. */
export type FallbackPart =
  | { readonly type: 'text'; readonly template: string }
  | { readonly type: 'media'; readonly url: string; readonly media_type?: string };
