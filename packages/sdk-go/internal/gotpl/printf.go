package gotpl

import (
	"strings"
	"unicode/utf8"
)

// mostFormatNumber is Go's bound for widths and precisions; what lies beyond counts as bad.
const mostFormatNumber = 1_000_000

// formatRun is fmt.Sprintf: it reads the format and lets the printer write each operand.
type formatRun struct {
	printer *printer
	format  string
	values  []any
	// Where in the format we are, and which operand comes next.
	at, next int
	// An explicit index such as %[1]d has been used: surplus operands are then no fault.
	isReordered bool
	isIndexGood bool
	// The last thing read was an explicit index.
	afterIndex bool
	// No ] lies ahead: not searched for again, or a format of brackets would take quadratic time.
	isWithoutClose bool
}

func (f *formatRun) run() {
	for f.at < len(f.format) {
		length := strings.IndexByte(f.format[f.at:], '%')
		if length < 0 {
			f.printer.write(f.format[f.at:])
			break
		}
		if length > 0 {
			f.printer.write(f.format[f.at : f.at+length])
		}
		f.at += length + 1
		if !f.directive() {
			break
		}
	}
	if !f.isReordered && f.next < len(f.values) {
		f.surplus()
	}
}

// directive reads and prints one; false at a format that ends too early.
func (f *formatRun) directive() bool {
	f.isIndexGood, f.afterIndex = true, false
	f.readFlags()
	f.readIndex()
	f.readWidth()
	f.readPrecision()
	if !f.afterIndex {
		f.readIndex()
	}
	if f.at >= len(f.format) {
		f.printer.write("%!(NOVERB)")
		return false
	}
	verb, size := utf8.DecodeRuneInString(f.format[f.at:])
	f.at += size
	f.printVerb(verb)
	return true
}

func (f *formatRun) printVerb(verb rune) {
	p := f.printer
	switch {
	case verb == '%':
		p.write("%")
		return
	case !f.isIndexGood:
		p.write("%!" + string(verb) + "(BADINDEX)")
		return
	case f.next >= len(f.values):
		p.write("%!" + string(verb) + "(MISSING)")
		return
	case verb == 'v' || verb == 'w':
		p.flags.sharpV, p.flags.sharp, p.flags.plus = p.flags.sharp, false, false
	}
	p.printArgument(f.values[f.next], verb)
	f.next++
}

func (f *formatRun) readFlags() {
	made := &f.printer.flags
	*made = noFlags
	for ; f.at < len(f.format); f.at++ {
		switch f.format[f.at] {
		case '#':
			made.sharp = true
		case '0':
			made.zero = true
		case '+':
			made.plus = true
		case '-':
			made.minus = true
		case ' ':
			made.space = true
		default:
			return
		}
	}
}

func (f *formatRun) readWidth() {
	made := &f.printer.flags
	if f.at >= len(f.format) || f.format[f.at] != '*' {
		made.width = f.readNumber(len(f.format))
		if f.afterIndex && made.width >= 0 {
			f.isIndexGood = false
		}
		return
	}
	f.at++
	width, isGood := f.integerOperand()
	switch {
	case !isGood:
		f.printer.write("%!(BADWIDTH)")
	case width < 0:
		made.width, made.minus, made.zero = -width, true, false
	default:
		made.width = width
	}
	f.afterIndex = false
}

func (f *formatRun) readPrecision() {
	if f.at+1 >= len(f.format) || f.format[f.at] != '.' {
		return
	}
	f.at++
	if f.afterIndex {
		f.isIndexGood = false
	}
	f.readIndex()
	if f.at >= len(f.format) || f.format[f.at] != '*' {
		f.printer.flags.precision = max(f.readNumber(len(f.format)), 0)
		return
	}
	f.at++
	if precision, isGood := f.integerOperand(); isGood && precision >= 0 {
		f.printer.flags.precision = precision
	} else {
		f.printer.write("%!(BADPREC)")
	}
	f.afterIndex = false
}

// integerOperand takes the next operand as a width or precision.
func (f *formatRun) integerOperand() (number int, isGood bool) {
	if f.next >= len(f.values) {
		return 0, false
	}
	value := f.values[f.next]
	f.next++
	if !isInteger(value) {
		return 0, false
	}
	number = integerOf(value)
	return number, -mostFormatNumber <= number && number <= mostFormatNumber
}

// readIndex reads an explicit operand index, [3], if there is one.
func (f *formatRun) readIndex() {
	f.afterIndex = false
	if f.at >= len(f.format) || f.format[f.at] != '[' {
		return
	}
	f.isReordered = true
	start, length := f.at, -1
	if !f.isWithoutClose {
		length = strings.IndexByte(f.format[start:], ']')
	}
	f.isWithoutClose = length < 0
	if len(f.format)-start < 3 || length < 0 {
		f.isIndexGood = false
		f.at = start + 1
		return
	}
	end := start + length
	f.at = start + 1
	value := f.readNumber(end)
	isNumber := value >= 0 && f.at == end
	f.at = end + 1
	if isNumber && value >= 1 && value <= len(f.values) {
		f.next = value - 1
		f.afterIndex = true
		return
	}
	f.isIndexGood = false
	f.afterIndex = isNumber
}

func (f *formatRun) surplus() {
	p := f.printer
	p.flags = noFlags
	p.write("%!(EXTRA ")
	for i, value := range f.values[f.next:] {
		if i > 0 {
			p.write(", ")
		}
		if !isMissing(value) {
			p.write(typeName(value) + "=")
		}
		p.printArgument(value, 'v')
	}
	p.write(")")
}

// readNumber reads digits up to limit; -1 when there are none, or when they are a number too large, which takes all up to limit.
func (f *formatRun) readNumber(limit int) int {
	value := -1
	for ; f.at < limit; f.at++ {
		digit := int(f.format[f.at]) - '0'
		if digit < 0 || digit > 9 {
			break
		}
		if value > mostFormatNumber {
			f.at = limit
			return -1
		}
		value = max(value, 0)*10 + digit
	}
	return value
}
