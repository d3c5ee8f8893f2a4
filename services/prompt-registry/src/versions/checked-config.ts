/** The configuration of a version: known keys are judged, others pass. See docs/decisions/167-chat-versions.md. */
import { PlaceFault } from './place-fault.ts';

const MAX_BYTES = 65_536;
const MAX_DEPTH = 32;
const MAX_STOPS = 16;
const MAX_TOOLS = 128;
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

type JsonObject = Readonly<Record<string, unknown>>;
type Judge = (value: unknown, place: string) => void;

/** The configuration as it is stored: compact JSON text; null for none. @throws PlaceFault invalidConfig */
export function checkConfig(config: JsonObject): string | null {
  const text = JSON.stringify(config);
  if (text === '{}') return null;
  if (Buffer.byteLength(text) > MAX_BYTES) throw invalid('config', `must be at most ${MAX_BYTES} bytes`);
  checkValues(config, 'config', 1);
  for (const [key, judge] of Object.entries(known)) {
    if (Object.hasOwn(config, key)) judge(config[key], `config.${key}`);
  }
  return text;
}

/** Readers in other languages know no number beyond a double, whatever its key. */
function checkValues(container: object, place: string, depth: number): void {
  if (depth > MAX_DEPTH) throw invalid('config', `must be at most ${MAX_DEPTH} levels deep`);
  for (const [key, value] of Object.entries(container)) {
    if (JSON.isRawJSON(value)) {
      if (!Number.isFinite(Number(JSON.stringify(value))))
        throw invalid(`${place}.${key}`, 'must be within the range of a 64-bit float');
    } else if (typeof value === 'object' && value !== null) checkValues(value, `${place}.${key}`, depth + 1);
  }
}

const isNumber = (value: unknown) => typeof value === 'number' || JSON.isRawJSON(value);

/** One that a double cannot hold is judged by its digits. */
const isInteger = (value: unknown) =>
  typeof value === 'number'
    ? Number.isInteger(value)
    : JSON.isRawJSON(value) && /^-?\d+$/.test(JSON.stringify(value));

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

const text: Judge = (value, place) => {
  if (typeof value !== 'string') throw invalid(place, 'must be a string');
};
const number: Judge = (value, place) => {
  if (!isNumber(value)) throw invalid(place, 'must be a number');
};
const integer: Judge = (value, place) => {
  if (!isInteger(value)) throw invalid(place, 'must be an integer');
};
const count: Judge = (value, place) => {
  if (!isInteger(value) || Number(JSON.stringify(value)) < 1)
    throw invalid(place, 'must be an integer of at least 1');
};
const flag: Judge = (value, place) => {
  if (typeof value !== 'boolean') throw invalid(place, 'must be true or false');
};
const object: Judge = (value, place) => {
  if (!isObject(value)) throw invalid(place, 'must be an object');
};
const toolName: Judge = (value, place) => {
  if (typeof value !== 'string' || !TOOL_NAME.test(value))
    throw invalid(place, 'must be 1 to 64 letters, digits, underscores and dashes');
};

/** An object with these fields; those of `needed` must be there. */
function fields(judges: Readonly<Record<string, Judge>>, needed: string): Judge {
  return (value, place) => {
    if (!isObject(value)) throw invalid(place, 'must be an object');
    for (const [key, judge] of Object.entries(judges)) {
      if (Object.hasOwn(value, key) || key === needed)
        judge(Object.hasOwn(value, key) ? value[key] : undefined, `${place}.${key}`);
    }
  };
}

function list(judge: Judge, most: number, what: string): Judge {
  return (value, place) => {
    if (!Array.isArray(value) || value.length > most)
      throw invalid(place, `must be a list of at most ${most} ${what}`);
    for (const [index, element] of value.entries()) judge(element, `${place}.${index}`);
  };
}

const toolByName = fields({ name: toolName }, 'name');
const toolChoice: Judge = (value, place) => {
  if (isObject(value)) toolByName(value, place);
  else if (value !== 'auto' && value !== 'none' && value !== 'required')
    throw invalid(place, 'must be auto, none, required or an object with a name');
};

const known: Readonly<Record<string, Judge>> = {
  model: text,
  max_tokens: count,
  temperature: number,
  top_p: number,
  stop: list(text, MAX_STOPS, 'strings'),
  seed: integer,
  response_schema: fields({ name: text, schema: object, strict: flag }, 'schema'),
  tools: list(fields({ name: toolName, description: text, parameters: object }, 'name'), MAX_TOOLS, 'tools'),
  tool_choice: toolChoice,
  openai: object,
  anthropic: object,
  gemini: object,
};

function invalid(place: string, reason: string): PlaceFault {
  return new PlaceFault('invalidConfig', place, reason);
}
