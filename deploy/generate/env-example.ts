export function envExample(): string {
  return '';
}
