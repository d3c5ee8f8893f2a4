/** Whether a text can be a path segment. Browsers resolve `.` and `..`, even encoded, so these would address another resource. */
export function isPathSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && text.isWellFormed();
}
