package gotpl

import (
	"strings"
	"unicode/utf8"
)

// mapped writes a text character by character: one that is not UTF-8 becomes U+FFFD, as strings.ToUpper has it.
func (b *buffer) mapped(text string, to func(rune) rune) {
	for i, r := range text {
		b.text = utf8.AppendRune(b.text, to(r))
		if i%checkEvery == 0 {
			b.hold()
		}
	}
	b.wrote(0)
}

// replaced writes a text in which each byte gives what replacement says; nothing where the byte stays.
func (b *buffer) replaced(text string, replacement func(byte) string) {
	b.expect(len(text))
	start := 0
	for i := 0; i < len(text); i++ {
		if made := replacement(text[i]); made != "" {
			b.write(text[start:i])
			b.write(made)
			start = i + 1
		}
	}
	b.write(text[start:])
}

func htmlReplacement(c byte) string {
	switch c {
	case 0:
		return "\ufffd"
	case '"':
		return "&#34;"
	case '\'':
		return "&#39;"
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return ""
}

func queryReplacement(c byte) string {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
		return ""
	case c == ' ':
		return "+"
	}
	return string([]byte{'%', upperHex[c>>4], upperHex[c&15]})
}

var jsSpecial = asciiSet(`\'"<>&=`)

// js writes a text for the inside of a JavaScript string. A byte that is not UTF-8 stays.
func (b *buffer) js(text string) {
	b.expect(len(text))
	start := 0
	for i, size := 0, 0; i < len(text); i += size {
		r := rune(text[i])
		size = 1
		if r >= utf8.RuneSelf {
			if r, size = utf8.DecodeRuneInString(text[i:]); isPrintable(r) {
				continue
			}
		} else if r >= ' ' && !jsSpecial[r] {
			continue
		}
		b.write(text[start:i])
		start = i + size
		begun := len(b.text)
		if r == '\\' || r == '\'' || r == '"' {
			b.text = append(b.text, '\\', byte(r))
		} else {
			b.text = appendHex(append(b.text, `\u`...), r, 4, upperHex)
		}
		b.wrote(begun)
	}
	b.write(text[start:])
}

// indent puts spaces before each line.
func (b *buffer) indent(text string, spaces int) {
	padding := strings.Repeat(" ", spaces)
	for {
		b.write(padding)
		end := strings.IndexByte(text, '\n') + 1
		if end == 0 {
			b.write(text)
			return
		}
		b.write(text[:end])
		text = text[end:]
	}
}
