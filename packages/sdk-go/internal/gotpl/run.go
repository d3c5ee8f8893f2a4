package gotpl

import (
	"fmt"
	"text/template/parse"
	"unicode/utf16"
	"unicode/utf8"
)

// site is where an error is reported. Without a node it is the one that run.last names.
type site struct {
	// The template that is executing.
	unit string
	node parse.Node
}

// run is one render: its budget, its settings, and what it has made so far.
type run struct {
	template   *Template
	missingKey MissingKey
	// What is left of the budget.
	steps int
	// Template calls inside one another.
	depth int
	// The slots of the template that is executing, and the room that those of all of them come from.
	slots []slot
	stack []slot
	// Where Go would be, when the text alone cannot tell.
	last parse.Node
	out  []byte
	// The bytes of the output, also those that are no longer kept because it is too long already.
	size int
	// Texts may hold bytes that are not UTF-8: data has none, but literals do, or a character has been cut.
	hasStrayBytes bool
	known         known
}

const (
	// What a function makes costs one step for so many bytes, beside the call itself; what it only reads, less.
	bytesMadePerStep = 16
	bytesReadPerStep = 64
	// Values are shown in messages up to so many UTF-16 units: they are data, which may be huge and need not be in a log.
	mostShown = 4096
)

// call runs a template with its data. Slots need no value before they are set: nothing can read them earlier.
func (r *run) call(u *unit, data any) {
	outer, start := r.slots, len(r.stack)
	end := start + u.slots
	if end > cap(r.stack) {
		// The callers go on with the room that they have.
		r.stack = make([]slot, end, 2*end)
	}
	r.stack = r.stack[:end]
	r.slots = r.stack[start:end:end]
	r.slots[u.dot.slot] = slot{value: data}
	r.slots[u.root.slot] = slot{value: data}
	u.body(r)
	r.stack = r.stack[:start]
	r.slots = outer
}

func (r *run) fail(at *site, message string) { r.failLimit(at, message, "") }

func (r *run) failLimit(at *site, message string, limit Limit) {
	node := at.node
	if node == nil {
		node = r.last
	}
	position, context := 0, ""
	if node != nil {
		position, context = int(node.Position()), nodeText(node)
	}
	source, line, column := r.template.place(position)
	text := fmt.Sprintf("template: %s:%d:%d: executing %s at <%s>: %s", source, line, column, quoted(at.unit), context, message)
	panic(&ExecutionError{Line: line, Column: column, Limit: limit, message: wellFormed(text)})
}

// fault: the function itself failed.
func (r *run) fault(at *site, name, message string) {
	r.fail(at, "error calling "+name+": "+message)
}

func (r *run) failSteps(at *site) {
	r.failLimit(at, fmt.Sprintf("exceeded maximum number of steps (%d)", r.template.limits.Steps), LimitSteps)
}

func (r *run) failOutput(at *site) {
	r.failLimit(at, fmt.Sprintf("exceeded maximum output size (%d bytes)", r.template.limits.Output), LimitOutput)
}

func (r *run) failDepth(at *site) {
	r.failLimit(at, fmt.Sprintf("exceeded maximum template depth (%d)", r.template.limits.Depth), LimitDepth)
}

// charge takes steps out of the budget.
func (r *run) charge(at *site, steps int) {
	if r.steps -= steps; r.steps < 0 {
		r.failSteps(at)
	}
}

// chargeMade is for a text that a function has made.
func (r *run) chargeMade(at *site, bytes int) {
	r.charge(at, (bytes+bytesMadePerStep-1)/bytesMadePerStep)
}

// chargeRead is for what a function has gone through.
func (r *run) chargeRead(at *site, items int) {
	r.charge(at, (items+bytesReadPerStep-1)/bytesReadPerStep)
}

// write adds to the output. An output that is too long stays as it is until checkOutput ends the render.
func (r *run) write(text string) {
	if r.size <= r.template.limits.Output {
		r.out = append(r.out, text...)
	}
	r.size += len(text)
}

func (r *run) checkOutput(at *site) {
	if r.size > r.template.limits.Output {
		r.failOutput(at)
	}
}

// print adds a value to the output.
func (r *run) print(at *site, value any) {
	text := ""
	switch value := value.(type) {
	case string:
		text = value
	case float64, int, uint8, bool, complex128:
		var room [32]byte
		r.printShort(at, appendScalar(room[:0], value))
		return
	default:
		if isMissing(value) {
			text = "<no value>"
		} else {
			text = r.printed(at, func(p *printer) { p.printArgument(value, 'v') })
		}
	}
	if r.size += len(text); r.size > r.template.limits.Output {
		r.failOutput(at)
	}
	r.out = append(r.out, text...)
}

func (r *run) printShort(at *site, text []byte) {
	if r.size += len(text); r.size > r.template.limits.Output {
		r.failOutput(at)
	}
	r.out = append(r.out, text...)
}

// printed is a text that a printer writes, paid for.
func (r *run) printed(at *site, write func(*printer)) string {
	p := newPrinter(r, at)
	write(p)
	r.charge(at, p.keys)
	r.chargeMade(at, len(p.text))
	return p.String()
}

// describe is a value in a message.
func (r *run) describe(value any, verb rune) (text string) {
	p := &printer{buffer: buffer{limit: mostShown, isShown: true}}
	p.flags = noFlags
	defer func() {
		switch failure := recover(); failure {
		case nil:
		case errTooLong:
			text = firstUnits(p.text, mostShown) + "..."
		case errTooDeep:
			text = "..."
		default:
			panic(failure)
		}
	}()
	p.printValue(value, verb, 0)
	return p.String()
}

// firstUnits gives the start of a text, counted in UTF-16; half a character that is left over is unknown.
func firstUnits(text []byte, count int) string {
	var made []byte
	for i := 0; i < len(text) && count > 0; {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if units := utf16.RuneLen(r); units <= count {
			made = utf8.AppendRune(made, r)
			count -= units
		} else {
			made = utf8.AppendRune(made, utf8.RuneError)
			count = 0
		}
	}
	return string(made)
}
