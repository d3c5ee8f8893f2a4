/** Whether a text can be a segment of a path. Browsers resolve `.` and `..`, however they are encoded, so these would name another resource. */
export function isPathSegment(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && text.isWellFormed();
}
