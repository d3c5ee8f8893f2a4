/** Whether `If-None-Match` names the entity tag. Weak ones count, too: a proxy that compresses makes a tag weak. */
export function namesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((item) => {
    const named = item.trim();
    return named === '*' || named.replace(/^W\//, '') === etag;
  });
}
