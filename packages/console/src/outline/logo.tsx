/** The logo: the mark and the name. */
export function Logo() {
  return (
    <span className="inline-flex items-center gap-2">
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-6">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M9 10.5l5.5 5.5L9 21.5M17 21.5h6"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="stroke-accent-fg"
        />
      </svg>
      <span className="font-semibold text-base tracking-tight">px0</span>
    </span>
  );
}
