/** The codes of invitations, in links and in what people paste. */

/** The code is behind the #, which browsers send to no server. */
export function invitationLink(origin: string, code: string): string {
  return `${origin}/invitation#${code}`;
}

/** The code in what a person pasted: the link, or the code alone. Undefined if there is none. */
export function codeIn(text: string): string | undefined {
  return /inv_[0-9a-f]{40}(?![0-9a-z])/i.exec(text)?.[0].toLowerCase();
}
