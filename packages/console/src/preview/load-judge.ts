/** Loads the judge of input contracts when it is first needed. Alone in its file, since routes import it, which are loaded before any page. */
type JudgeModule = typeof import('@px0/input-contract/judge');

let loaded: JudgeModule | undefined;

/** Undefined until it has been loaded. */
export function loadedJudge(): JudgeModule | undefined {
  return loaded;
}

/** A route whose page judges loads this together with the page. A failure is no reason not to show the page. */
export async function loadJudge(): Promise<JudgeModule | undefined> {
  try {
    loaded ??= await import('@px0/input-contract/judge');
  } catch {
    // Offline, or a file of an older build: the page asks again.
  }
  return loaded;
}
