package gotpl

import "unicode/utf8"

// checkEvery: texts that are made byte by byte are measured after so many.
const checkEvery = 4096

// hold ends a text that is longer than allowed, while it is being made.
func (b *buffer) hold() {
	if (b.isShown && len(b.text) > b.limit*longestUnit+checkEvery) || (!b.isShown && len(b.text) > b.limit) {
		b.overflow()
	}
}

// quoted is strconv.Quote by Unicode 15.
func quoted(text string) string {
	var b buffer
	b.limit = int(^uint(0) >> 1)
	b.quote(text, false)
	return b.String()
}

// quote writes a text in double quotes as Go does. strconv would make it at once, however long, and by the Unicode of its release.
func (b *buffer) quote(text string, isASCIIOnly bool) {
	b.expect(len(text))
	start := len(b.text)
	b.text = append(b.text, '"')
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if r == utf8.RuneError && size == 1 {
			b.text = appendHex(append(b.text, `\x`...), rune(text[i]), 2, lowerHex)
		} else {
			b.quoteRune(r, isASCIIOnly)
		}
		i += size
		if len(b.text)-start > checkEvery {
			b.wrote(start)
			start = len(b.text)
		}
	}
	b.text = append(b.text, '"')
	b.wrote(start)
}

const escapes = "abtnvfr"

func (b *buffer) quoteRune(r rune, isASCIIOnly bool) {
	switch {
	case r == '"' || r == '\\':
		b.text = append(b.text, '\\', byte(r))
	case isPrintable(r) && (r < utf8.RuneSelf || !isASCIIOnly):
		b.text = utf8.AppendRune(b.text, r)
	case r >= 7 && r <= 13:
		b.text = append(b.text, '\\', escapes[r-7])
	case r < ' ' || r == 0x7f:
		b.text = appendHex(append(b.text, `\x`...), r, 2, lowerHex)
	case r < 0x10000:
		b.text = appendHex(append(b.text, `\u`...), r, 4, lowerHex)
	default:
		b.text = appendHex(append(b.text, `\U`...), r, 8, lowerHex)
	}
}

const (
	lowerHex = "0123456789abcdef"
	upperHex = "0123456789ABCDEF"
)

// appendHex writes a number with at least so many digits.
func appendHex(text []byte, value rune, digits int, alphabet string) []byte {
	for value>>(4*digits) > 0 {
		digits++
	}
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		text = append(text, alphabet[value>>shift&15])
	}
	return text
}
