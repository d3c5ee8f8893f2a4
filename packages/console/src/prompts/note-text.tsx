/** A note as it was written, line ends included. */
export function NoteText({ children }: { readonly children: string }) {
  return (
    <p className="whitespace-pre-line break-words border-line-strong border-l-2 pl-2.5 text-fg text-sm">
      {children}
    </p>
  );
}
