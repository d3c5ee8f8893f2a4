/** `strconv.FormatFloat` for 64-bit floats: every format letter, shortest or with a precision, rounded exactly. */

export type FloatFormat = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/** Decimal digits d1 d2 d3 … of the number 0.d1d2d3… × 10^point; without digits it is zero. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

const MANTISSA_BITS = 52;
const EXPONENT_BIAS = 1023;

/** Go's default notation, `%v`: shortest digits, with an exponent below -4 and above 5. */
export function formatShortest(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (!Number.isFinite(value)) return notFinite(value);
  const text = value.toExponential();
  const at = text.indexOf('e') + 2;
  return text.length - at < 2 ? `${text.slice(0, at)}0${text.slice(at)}` : text;
}

/** A negative precision asks for the fewest digits that read back as the same number. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const size = Math.abs(value);
  switch (format) {
    case 'b':
      return sign + binary(size);
    case 'x':
    case 'X':
      return sign + hexadecimal(size, format, precision);
    case 'e':
    case 'E': {
      const decimal = precision < 0 ? shortest(size) : leading(size, precision + 1);
      return sign + scientific(decimal, precision < 0 ? decimal.digits.length - 1 : precision, format);
    }
    case 'f': {
      if (
        precision >= 0 &&
        precision <= MOST_PLACES &&
        size < LEAST_WITHOUT_PLACES &&
        !mayBeHalf(size, -precision)
      )
        return sign + size.toFixed(precision);
      const decimal = precision < 0 ? shortest(size) : exact(size);
      const places = precision < 0 ? Math.max(decimal.digits.length - decimal.point, 0) : precision;
      return sign + plain(rounded(decimal, decimal.point + places), places);
    }
    default:
      return sign + general(size, format === 'G' ? 'E' : 'e', precision);
  }
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value < 0 ? '-Inf' : '+Inf';
}

function general(size: number, letter: 'e' | 'E', wanted: number): string {
  const isShortest = wanted < 0;
  let precision = wanted === 0 ? 1 : wanted;
  const decimal = isShortest ? shortest(size) : leading(size, precision);
  const count = decimal.digits.length;
  if (isShortest) precision = count;
  let threshold = precision;
  if (threshold > count && count >= decimal.point) threshold = count;
  if (isShortest) threshold = 6;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= threshold)
    return scientific(decimal, Math.min(precision, count) - 1, letter);
  if (precision > decimal.point) precision = count;
  return plain(decimal, Math.max(precision - decimal.point, 0));
}

function scientific(decimal: Decimal, precision: number, letter: 'e' | 'E'): string {
  const { digits, point } = decimal;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  const exponent = digits === '' ? 0 : point - 1;
  return `${digits[0] ?? '0'}${fraction}${letter}${signedExponent(exponent)}`;
}

function signedExponent(exponent: number): string {
  return (exponent < 0 ? '-' : '+') + String(Math.abs(exponent)).padStart(2, '0');
}

function plain(decimal: Decimal, places: number): string {
  const { digits, point } = decimal;
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (places <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, places)) + digits;
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`;
}

function shortest(size: number): Decimal {
  return size === 0 ? { digits: '', point: 0 } : decimalOf(size.toExponential());
}

function decimalOf(exponential: string): Decimal {
  const [mantissa = '', exponent = '0'] = exponential.split('e');
  return { digits: withoutTrailingZeros(mantissa.replace('.', '')), point: Number(exponent) + 1 };
}

/** What `toFixed` can do: so many places, of numbers below this. */
const MOST_PLACES = 100;
const LEAST_WITHOUT_PLACES = 1e21;

/** The first digits, halves to even. JavaScript's own rounding is exact and fast, but takes halves up. */
function leading(size: number, count: number): Decimal {
  if (size === 0 || count < 1 || count > MOST_PLACES) return rounded(exact(size), count);
  return mayBeHalf(size, shortest(size).point - count)
    ? rounded(exact(size), count)
    : decimalOf(size.toExponential(count - 1));
}

/** 5 to this power has more bits than a mantissa. */
const MOST_FIVES = 22;

/**
 * Whether the number could lie halfway between two multiples of a power of ten, or of the power before: the number of digits before the
 * point is not known exactly where the shortest digits round up to a power of ten. Where it could, few digits have to be computed.
 */
function mayBeHalf(size: number, power: number): boolean {
  // Halves of such powers are multiples of that power of 5.
  if (power > 0) return power <= MOST_FIVES + 1;
  // A number with so many binary places has as many decimal ones, of which the last is a 5.
  const scaled = size * 2 ** -power;
  return !Number.isInteger(scaled) && Number.isInteger(scaled * 4);
}

/** All decimal digits of the number: a 64-bit float has at most 767. */
function exact(size: number): Decimal {
  if (size === 0) return { digits: '', point: 0 };
  const { mantissa, exponent } = parts(size);
  const shift = exponent - MANTISSA_BITS;
  const scaled = shift >= 0 ? mantissa << BigInt(shift) : mantissa * 5n ** BigInt(-shift);
  const digits = scaled.toString();
  return { digits: withoutTrailingZeros(digits), point: digits.length - Math.max(-shift, 0) };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}

/** To a number of digits, halves to even. */
function rounded(decimal: Decimal, count: number): Decimal {
  const { digits, point } = decimal;
  if (count < 0) return { digits: '', point: 0 };
  if (count >= digits.length) return decimal;
  if (!roundsUp(digits, count)) {
    const kept = withoutTrailingZeros(digits.slice(0, count));
    return kept === '' ? { digits: '', point: 0 } : { digits: kept, point };
  }
  let last = count - 1;
  while (last >= 0 && digits[last] === '9') last--;
  if (last < 0) return { digits: '1', point: point + 1 };
  return { digits: digits.slice(0, last) + String(Number(digits[last]) + 1), point };
}

function roundsUp(digits: string, count: number): boolean {
  const next = digits.charCodeAt(count);
  if (next === 0x35 && count + 1 === digits.length)
    return count > 0 && digits.charCodeAt(count - 1) % 2 === 1;
  return next >= 0x35;
}

/** The number as mantissa × 2^(exponent - 52). */
function parts(size: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const bits = view.getBigUint64(0);
  const fraction = bits & ((1n << 52n) - 1n);
  const biased = Number(bits >> 52n) & 0x7ff;
  if (biased === 0) return { mantissa: fraction, exponent: 1 - EXPONENT_BIAS };
  return { mantissa: fraction | (1n << 52n), exponent: biased - EXPONENT_BIAS };
}

function binary(size: number): string {
  const { mantissa, exponent } = parts(size);
  const power = exponent - MANTISSA_BITS;
  return `${mantissa}p${power >= 0 ? '+' : ''}${power}`;
}

function hexadecimal(size: number, format: 'x' | 'X', precision: number): string {
  let { mantissa, exponent } = parts(size);
  if (mantissa === 0n) exponent = 0;
  const top = 1n << 60n;
  mantissa <<= 8n;
  while (mantissa !== 0n && (mantissa & top) === 0n) {
    mantissa <<= 1n;
    exponent -= 1;
  }
  if (precision >= 0 && precision < 15) {
    const shift = BigInt(precision * 4);
    const extra = (mantissa << shift) & (top - 1n);
    mantissa >>= 60n - shift;
    if ((extra | (mantissa & 1n)) > 1n << 59n) mantissa += 1n;
    mantissa <<= 60n - shift;
    if ((mantissa & (1n << 61n)) !== 0n) {
      mantissa >>= 1n;
      exponent += 1;
    }
  }
  const lead = String(mantissa >> 60n);
  const digits = withoutTrailingZeros((mantissa & (top - 1n)).toString(16).padStart(15, '0'));
  const shown = precision < 0 ? digits : digits.slice(0, precision).padEnd(precision, '0');
  const text = `0x${lead}${shown === '' ? '' : `.${shown}`}p${signedExponent(exponent)}`;
  return format === 'X' ? text.toUpperCase() : text;
}
