package gotpl

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// mostDataDepth: data that is nested deeper is refused wherever it is printed.
const mostDataDepth = 1000

var tooDeepMessage = fmt.Sprintf("data nested more than %d deep", mostDataDepth)

// flags is everything between % and the verb of a directive.
type flags struct {
	minus, plus, sharp, space, zero bool
	// %#v is a format of its own, in which the sharp flag is clear. (%+v is %v: nothing here has names of fields.)
	sharpV bool
	// -1 where there is none.
	width, precision int
}

var noFlags = flags{width: -1, precision: -1}

// printer is Go's fmt for the values of a template. It leaves single numbers to fmt itself; lists and maps it walks, since fmt would
// bound neither their depth nor their text.
type printer struct {
	buffer
	flags flags
	// How many keys of maps have been sorted, which is work that the text does not show.
	keys int
}

func newPrinter(r *run, at *site) *printer {
	return &printer{buffer: *newBuffer(r, at), flags: noFlags}
}

func (p *printer) tooDeep() {
	if p.isShown {
		panic(errTooDeep)
	}
	p.run.fail(p.at, tooDeepMessage)
}

// print is fmt.Sprint: a space between two operands when neither is a text.
func (p *printer) print(values []any) {
	afterText := true
	for _, value := range values {
		_, isText := value.(string)
		if !isText && !afterText {
			p.write(" ")
		}
		p.printArgument(value, 'v')
		afterText = isText
	}
}

// printLine is fmt.Sprintln.
func (p *printer) printLine(values []any) {
	for i, value := range values {
		if i > 0 {
			p.write(" ")
		}
		p.printArgument(value, 'v')
	}
	p.write("\n")
}

// printArgument writes one operand under one verb.
func (p *printer) printArgument(value any, verb rune) {
	switch {
	case isMissing(value) && (verb == 'T' || verb == 'v'):
		p.padded("<nil>")
	case isMissing(value) || verb == 'w':
		p.badVerb(value, verb)
	case verb == 'T':
		p.printText(typeName(value), 's')
	case verb == 'p':
		p.pointer(value)
	default:
		p.printValue(value, verb, 0)
	}
}

func (p *printer) printValue(value any, verb rune, depth int) {
	switch value := value.(type) {
	case string:
		p.printText(value, verb)
		return
	case float64, bool, int:
		p.scalar(value, verb)
		return
	}
	if depth > mostDataDepth {
		p.tooDeep()
	}
	switch value := value.(type) {
	case uint8, complex128:
		p.scalar(value, verb)
	case map[string]any:
		p.printMap(value, verb, depth)
	default:
		if list, ok := listOf(value); ok {
			p.printList(list, verb, depth)
			return
		}
		// A null inside a list or map is written alike under every verb, and unpadded.
		p.write(p.goSyntax("interface {}(nil)", "<nil>"))
	}
}

// goSyntax gives the first text under %#v.
func (p *printer) goSyntax(text, otherwise string) string {
	if p.flags.sharpV {
		return text
	}
	return otherwise
}

func (p *printer) printList(list []any, verb rune, depth int) {
	p.write(p.goSyntax("[]interface {}{", "["))
	for i, item := range list {
		if i > 0 {
			p.write(p.goSyntax(", ", " "))
		}
		p.printValue(item, verb, depth+1)
	}
	p.write(p.goSyntax("}", "]"))
}

func (p *printer) printMap(dict map[string]any, verb rune, depth int) {
	if p.flags.sharpV && dict == nil {
		p.write("map[string]interface {}(nil)")
		return
	}
	p.write(p.goSyntax("map[string]interface {}{", "map["))
	p.keys += len(dict)
	for i, key := range p.sortedKeys(dict) {
		if i > 0 {
			p.write(p.goSyntax(", ", " "))
		}
		p.printText(key, verb)
		p.write(":")
		p.printValue(dict[key], verb, depth+1)
	}
	p.write(p.goSyntax("}", "]"))
}

func (p *printer) sortedKeys(dict map[string]any) []string {
	if p.isShown {
		return sortedKeys(dict)
	}
	return p.run.sortedKeys(dict)
}

func (p *printer) badVerb(value any, verb rune) {
	p.write("%!" + string(verb) + "(")
	if isMissing(value) {
		p.write("<nil>)")
		return
	}
	p.write(typeName(value) + "=")
	p.printValue(value, 'v', 0)
	p.write(")")
}

// pointer: addresses mean nothing here, so lists and maps are all at the same one.
func (p *printer) pointer(value any) {
	dict, isDict := value.(map[string]any)
	if _, isList := listOf(value); !isList && !isDict {
		p.badVerb(value, 'p')
		return
	}
	address := uint64(0xc000000000)
	if isDict && dict == nil {
		address = 0
	}
	shown := p.flags
	shown.sharp, shown.zero = !shown.sharp, false
	p.format(shown, 'x', address)
}

// scalar writes a number or a bool.
func (p *printer) scalar(value any, verb rune) {
	if verb == 'v' && p.flags == noFlags {
		start := len(p.text)
		p.text = appendScalar(p.text, value)
		p.wrote(start)
		return
	}
	known, plain := "", 'g'
	switch value.(type) {
	case bool:
		known, plain = "t", 't'
	case int:
		known, plain = "dboOxXcqU", 'd'
	case uint8:
		known, plain = "dboOxXcqU", 'd'
		if p.flags.sharpV && verb == 'v' {
			shown := p.flags
			shown.sharp = true
			p.format(shown, 'x', value)
			return
		}
	default:
		known = "bgGxXfFeE"
	}
	switch {
	case verb == 'v':
		p.format(p.flags, plain, value)
	case verb < utf8.RuneSelf && bytes.IndexByte([]byte(known), byte(verb)) >= 0:
		p.format(p.flags, verb, value)
	default:
		p.badVerb(value, verb)
	}
}

// format leaves a single value to fmt, whose text is no longer than its width and precision.
func (p *printer) format(f flags, verb rune, value any) {
	directive := []byte{'%'}
	add := func(isSet bool, flag byte) {
		if isSet {
			directive = append(directive, flag)
		}
	}
	add(f.minus, '-')
	add(f.plus, '+')
	add(f.sharp, '#')
	add(f.space, ' ')
	add(f.zero && !f.minus, '0')
	if f.width >= 0 {
		directive = strconv.AppendInt(directive, int64(f.width), 10)
	}
	if f.precision >= 0 {
		directive = append(directive, '.')
		directive = strconv.AppendInt(directive, int64(f.precision), 10)
	}
	directive = utf8.AppendRune(directive, verb)
	start := len(p.text)
	p.text = fmt.Appendf(p.text, string(directive), value)
	p.wrote(start)
}

func (p *printer) printText(text string, verb rune) {
	switch verb {
	case 'v':
		if p.flags.sharpV {
			p.quoted(text)
			return
		}
		p.padded(p.truncated(text))
	case 's':
		p.padded(p.truncated(text))
	case 'q':
		p.quoted(text)
	case 'x':
		p.hex(text, lowerHex, "0x")
	case 'X':
		p.hex(text, upperHex, "0X")
	default:
		p.badVerb(text, verb)
	}
}

// truncated keeps as many characters as the precision says.
func (p *printer) truncated(text string) string {
	if p.flags.precision < 0 || p.flags.precision >= len(text) {
		return text
	}
	count := 0
	for i := range text {
		if count == p.flags.precision {
			return text[:i]
		}
		count++
	}
	return text
}

func (p *printer) quoted(text string) {
	text = p.truncated(text)
	start := len(p.text)
	if p.flags.sharp && strconv.CanBackquote(text) {
		p.write("`")
		p.write(text)
		p.write("`")
	} else {
		p.buffer.quote(text, p.flags.plus)
	}
	p.pad(start)
}

func (p *printer) hex(text, digits, prefix string) {
	if p.flags.precision >= 0 && p.flags.precision < len(text) {
		text = text[:p.flags.precision]
	}
	start := len(p.text)
	for i := 0; i < len(text); i++ {
		if i > 0 && p.flags.space {
			p.text = append(p.text, ' ')
		}
		if p.flags.sharp && (i == 0 || p.flags.space) {
			p.text = append(p.text, prefix...)
		}
		p.text = append(p.text, digits[text[i]>>4], digits[text[i]&15])
		if i%checkEvery == 0 {
			p.hold()
		}
	}
	p.wrote(start)
	p.pad(start)
}

func (p *printer) padded(text string) {
	start := len(p.text)
	p.write(text)
	p.pad(start)
}

// pad fills up to the width what has been written since start.
func (p *printer) pad(start int) {
	if p.flags.width <= 0 {
		return
	}
	missing := p.flags.width - utf8.RuneCount(p.text[start:])
	if missing <= 0 {
		return
	}
	if p.limit-len(p.text) < missing {
		p.overflow()
	}
	end := len(p.text)
	fill := byte(' ')
	if p.flags.zero && !p.flags.minus {
		fill = '0'
	}
	p.text = append(p.text, bytes.Repeat([]byte{fill}, missing)...)
	if !p.flags.minus {
		copy(p.text[start+missing:], p.text[start:end])
		copy(p.text[start:start+missing], bytes.Repeat([]byte{fill}, missing))
	}
}
