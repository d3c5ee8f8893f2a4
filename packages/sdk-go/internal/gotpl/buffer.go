package gotpl

import (
	"errors"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

var (
	errTooLong = errors.New("the text is too long")
	errTooDeep = errors.New("the data is nested too deep")
)

// buffer is a text under way. It never holds much more than it may become.
type buffer struct {
	text []byte
	// In bytes; in UTF-16 units for a value that is shown in a message.
	limit int
	units int
	// Where the text is made, to report that it is too long; unset for a value that is shown, which is cut.
	run     *run
	at      *site
	isShown bool
}

func newBuffer(r *run, at *site) *buffer {
	return &buffer{limit: r.template.limits.Output, run: r, at: at}
}

// longestUnit is what a UTF-16 unit takes at most as UTF-8.
const longestUnit = 3

func (b *buffer) write(text string) {
	room := b.limit - len(b.text)
	if b.isShown {
		room = b.limit*longestUnit - len(b.text)
	}
	if len(text) > room {
		if !b.isShown {
			b.overflow()
		}
		// Enough to be cut from.
		text = text[:min(len(text), room+utf8.UTFMax)]
	}
	start := len(b.text)
	b.text = append(b.text, text...)
	b.wrote(start)
}

// expect ends a text that gets too long by so many bytes more, before they are made.
func (b *buffer) expect(bytes int) {
	if !b.isShown && bytes > b.limit-len(b.text) {
		b.overflow()
	}
}

// asciiSet tells for each byte below utf8.RuneSelf whether it is one of these.
func asciiSet(members string) (set [utf8.RuneSelf]bool) {
	for i := range members {
		set[members[i]] = true
	}
	return set
}

// wrote looks at what has been appended since start.
func (b *buffer) wrote(start int) {
	length := len(b.text)
	if b.isShown {
		for i := start; i < len(b.text); {
			r, size := utf8.DecodeRune(b.text[i:])
			b.units += utf16.RuneLen(r)
			i += size
		}
		length = b.units
	}
	if length > b.limit {
		b.overflow()
	}
}

func (b *buffer) overflow() {
	if b.isShown {
		panic(errTooLong)
	}
	b.run.failOutput(b.at)
}

// String gives the text, which must not be written to any more, without a copy: it may be large.
func (b *buffer) String() string { return unsafe.String(unsafe.SliceData(b.text), len(b.text)) }
