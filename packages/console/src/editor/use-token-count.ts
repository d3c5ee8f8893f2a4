/** An approximate token count: exact for one family of models, close for others. The counter loads on first use. */
import { useEffect, useState } from 'react';

type Answer = { readonly id: number; readonly tokens: number };

/** Longer texts are extrapolated from their beginning, which is precise enough. */
const LONGEST = 200_000;

class TokenCounter {
  #worker: Worker | undefined;
  #next = 0;
  readonly #waiting = new Map<number, (tokens: number) => void>();

  count(text: string, onCount: (tokens: number) => void): () => void {
    const id = this.#next++;
    this.#waiting.set(id, onCount);
    this.#running().postMessage({ id, text });
    return () => void this.#waiting.delete(id);
  }

  #running(): Worker {
    if (this.#worker === undefined) {
      this.#worker = new Worker(new URL('./token-count.worker.ts', import.meta.url), { type: 'module' });
      this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
        this.#waiting.get(data.id)?.(data.tokens);
        this.#waiting.delete(data.id);
      });
    }
    return this.#worker;
  }
}

const counter = new TokenCounter();

/** Undefined until the first count. Keeps the last count while a new text is being counted. */
export function useTokenCount(text: string | undefined): number | undefined {
  const [tokens, setTokens] = useState<number>();
  useEffect(() => {
    if (text === undefined || text === '') {
      setTokens(text === undefined ? undefined : 0);
      return;
    }
    let cancel = () => {};
    // Count after a pause, not on every key.
    const timer = setTimeout(() => {
      const part = text.slice(0, LONGEST);
      cancel = counter.count(part, (count) => setTokens(Math.round((count * text.length) / part.length)));
    }, 120);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [text]);
  return tokens;
}
