/** Saves a file that the page has made, as a download. */
export function saveFile(name: string, parts: readonly string[], type: string): void {
  const address = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the file once it goes on.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
