/** A field that narrows a list. It calls back once the user stops typing. */
import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { classes, inputClasses } from '../ui/mod.ts';

const pauseMs = 250;

export interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly className?: string;
}

export function SearchField({ label, placeholder, value, onChange, className }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const settled = useRef(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    // The filters were cleared, or the user went back.
    if (value === settled.current) return;
    settled.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    const next = text.trim();
    if (next === settled.current) return undefined;
    const timer = setTimeout(() => {
      settled.current = next;
      latest.current(next);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className={classes('relative', className)}>
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-faint"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        className={classes(inputClasses, 'h-9 pl-8')}
      />
    </div>
  );
}
