package gotpl

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// function gets arguments that checkArgument has accepted. at is where the function's own errors are reported.
type function func(r *run, at *site, args []any) any

var functions map[string]function

// Not in the declaration, which could not use what uses the table.
func init() {
	functions = map[string]function{
		"not":   func(_ *run, _ *site, args []any) any { return !isTrue(args[0]) },
		"len":   func(r *run, at *site, args []any) any { return length(r, at, args[0]) },
		"index": index,
		"slice": slice,
		"print": func(r *run, at *site, args []any) any { return r.printed(at, func(p *printer) { p.print(args) }) },
		"println": func(r *run, at *site, args []any) any {
			return r.printed(at, func(p *printer) { p.printLine(args) })
		},
		"printf": func(r *run, at *site, args []any) any {
			return r.printed(at, func(p *printer) {
				(&formatRun{printer: p, format: textOf(args[0]), values: args[1:]}).run()
			})
		},
		"html": func(r *run, at *site, args []any) any {
			text := shown(r, at, args)
			return r.made(at, func(b *buffer) { b.replaced(text, htmlReplacement) })
		},
		"js": func(r *run, at *site, args []any) any {
			text := shown(r, at, args)
			return r.made(at, func(b *buffer) { b.js(text) })
		},
		"urlquery": func(r *run, at *site, args []any) any {
			text := shown(r, at, args)
			return r.made(at, func(b *buffer) { b.replaced(text, queryReplacement) })
		},
		"eq":           equalsAny,
		"ne":           comparing("ne"),
		"lt":           comparing("lt"),
		"le":           comparing("le"),
		"gt":           comparing("gt"),
		"ge":           comparing("ge"),
		"default":      orDefault,
		"toJson":       func(r *run, at *site, args []any) any { return toJSON(r, at, "toJson", args[0]) },
		"toPrettyJson": func(r *run, at *site, args []any) any { return toJSON(r, at, "toPrettyJson", args[0]) },
		"join":         join,
		"upper": func(r *run, at *site, args []any) any {
			return r.made(at, func(b *buffer) { b.mapped(textOf(args[0]), simpleUpper) })
		},
		"lower": func(r *run, at *site, args []any) any {
			return r.made(at, func(b *buffer) { b.mapped(textOf(args[0]), simpleLower) })
		},
		"trim": trim,
		"indent": func(r *run, at *site, args []any) any {
			return indented(r, at, "indent", args)
		},
		"nindent": func(r *run, at *site, args []any) any {
			return "\n" + indented(r, at, "nindent", args)
		},
		"quote": quote,
	}
}

func textOf(value any) string {
	text, _ := value.(string)
	return text
}

// made is a text that a function writes, within the limit of the output, and paid for.
func (r *run) made(at *site, write func(*buffer)) string {
	b := newBuffer(r, at)
	write(b)
	r.chargeMade(at, len(b.text))
	return b.String()
}

func orDefault(_ *run, _ *site, args []any) any {
	if len(args) > 1 && isTrue(args[1]) {
		return args[1]
	}
	return args[0]
}

func length(r *run, at *site, value any) any {
	switch value := value.(type) {
	case string:
		r.chargeRead(at, len(value))
		return len(value)
	case map[string]any:
		r.charge(at, len(value))
		return len(value)
	case nil:
		r.fault(at, "len", "len of nil pointer")
	case *mark:
		r.fault(at, "len", "reflect: call of reflect.Value.Type on zero Value")
	}
	list, isList := listOf(value)
	if !isList {
		r.fault(at, "len", "len of type "+typeName(value))
	}
	return len(list)
}

func index(r *run, at *site, args []any) any {
	item := args[0]
	if isMissing(item) {
		r.fault(at, "index", "index of untyped nil")
	}
	for _, key := range args[1:] {
		if isMissing(item) {
			r.fault(at, "index", "index of nil pointer")
		}
		if list, ok := listOf(item); ok {
			i := position(r, at, "index", settled(key), len(list))
			if i == len(list) {
				r.fault(at, "index", "reflect: slice index out of range")
			}
			item = list[i]
			continue
		}
		switch collection := item.(type) {
		case string:
			r.chargeRead(at, len(collection))
			i := position(r, at, "index", settled(key), len(collection))
			if i == len(collection) {
				r.fault(at, "index", "reflect: string index out of range")
			}
			item = collection[i]
		case map[string]any:
			item = entryAt(r, at, collection, key)
		default:
			r.fault(at, "index", "can't index item of type "+typeName(item))
		}
	}
	return item
}

func entryAt(r *run, at *site, dict map[string]any, key any) any {
	if isMissing(key) {
		r.fault(at, "index", "value is nil; should be of type string")
	}
	name, isText := key.(string)
	if !isText {
		r.fault(at, "index", fmt.Sprintf("value has type %s; should be string", typeName(key)))
	}
	value, _ := r.entry(dict, name)
	if value == absent {
		return nil
	}
	return value
}

// position is an index that Go accepts: an integer from 0 to the capacity.
func position(r *run, at *site, name string, value any, limit int) int {
	switch {
	case value == absent:
		r.fault(at, name, "cannot index slice/array with nil")
	case value == nil:
		r.fault(at, name, "cannot index slice/array with type interface {}")
	case !isInteger(value):
		r.fault(at, name, "cannot index slice/array with type "+typeName(value))
	}
	number := integerOf(value)
	if number < 0 || number > limit {
		r.fault(at, name, fmt.Sprintf("index out of range: %d", number))
	}
	return number
}

func slice(r *run, at *site, args []any) any {
	sequence, indexes := args[0], args[1:]
	if isMissing(sequence) {
		r.fault(at, "slice", "slice of untyped nil")
	}
	if len(indexes) > 3 {
		r.fault(at, "slice", fmt.Sprintf("too many slice indexes: %d", len(indexes)))
	}
	if text, ok := sequence.(string); ok {
		if len(indexes) == 3 {
			r.fault(at, "slice", "cannot 3-index slice a string")
		}
		r.chargeRead(at, len(text))
		start, end, _ := bounds(r, at, indexes, len(text), len(text))
		r.hasStrayBytes = r.hasStrayBytes || !isWhole(text, start) || !isWhole(text, end)
		return text[start:end]
	}
	list, ok := listOf(sequence)
	if !ok {
		r.fault(at, "slice", "can't slice item of type "+typeName(sequence))
	}
	if _, isPart := sequence.(*part); !isPart {
		list = list[:len(list):len(list)]
	}
	start, end, last := bounds(r, at, indexes, len(list), cap(list))
	r.chargeRead(at, end-start)
	return &part{list[start:end:last]}
}

// isWhole: no character is cut at the index.
func isWhole(text string, index int) bool { return index == len(text) || utf8.RuneStart(text[index]) }

// bounds are those of a slice; last is the capacity where no third index gives it.
func bounds(r *run, at *site, indexes []any, size, limit int) (start, end, last int) {
	end, last = size, limit
	for i, to := range []*int{&start, &end, &last}[:len(indexes)] {
		*to = position(r, at, "slice", indexes[i], limit)
	}
	if start > end {
		r.fault(at, "slice", fmt.Sprintf("invalid slice index: %d > %d", start, end))
	}
	if end > last {
		r.fault(at, "slice", fmt.Sprintf("invalid slice index: %d > %d", end, last))
	}
	return start, end, last
}

// notCallable: JSON has no functions, so all that is left of `call` is its errors, which name the node that was given.
func notCallable(node string) function {
	return func(r *run, at *site, args []any) any {
		if isMissing(args[0]) {
			r.fault(at, "call", "call of nil")
		}
		kind, name := typeName(args[0]), node
		if name == "" {
			name = "<" + kind + " Value>"
			if _, isText := args[0].(string); isText {
				name = r.describe(args[0], 'v')
			}
		}
		r.fault(at, "call", fmt.Sprintf("non-function %s of type %s", name, kind))
		return absent
	}
}

// shown is the text that the escaping functions escape.
func shown(r *run, at *site, args []any) string {
	if len(args) == 1 {
		if text, ok := args[0].(string); ok {
			return text
		}
	}
	values := make([]any, len(args))
	for i, value := range args {
		if values[i] = value; isMissing(value) {
			values[i] = "<no value>"
		}
	}
	return r.printed(at, func(p *printer) { p.print(values) })
}

func toJSON(r *run, at *site, name string, value any) any {
	w := &jsonWriter{buffer: *newBuffer(r, at), name: name, isPretty: name == "toPrettyJson"}
	w.value(value, 0)
	r.charge(at, w.keys)
	r.chargeMade(at, len(w.text))
	return w.String()
}

// join is like Sprig's: nulls are left out, and what is no list is joined as the only element.
func join(r *run, at *site, args []any) any {
	if isMissing(args[1]) {
		return ""
	}
	list, isList := listOf(args[1])
	if !isList {
		list = args[1:]
	}
	separator := textOf(args[0])
	items := r.joinedItems(list, separator != "")
	return r.printed(at, func(p *printer) {
		for i, item := range items {
			if i > 0 {
				p.write(separator)
			}
			p.printArgument(item, 'v')
		}
	})
}

func trim(r *run, at *site, args []any) any {
	text := r.trimSpace(textOf(args[0]))
	if len(text) > r.template.limits.Output {
		r.failOutput(at)
	}
	r.chargeMade(at, len(text))
	return text
}

func indented(r *run, at *site, name string, args []any) string {
	spaces, text := integerOf(args[0]), textOf(args[1])
	if spaces < 0 {
		r.fault(at, name, "strings: negative Repeat count")
	}
	// Before it is made: the spaces alone may be too many.
	limit := r.template.limits.Output
	if lines := strings.Count(text, "\n") + 1; spaces > limit/lines || spaces*lines+len(text) > limit {
		r.failOutput(at)
	}
	return r.made(at, func(b *buffer) { b.indent(text, spaces) })
}

// quote is like Sprig's: each value that is not nil, as text, in double quotes.
func quote(r *run, at *site, args []any) any {
	var texts []string
	for _, value := range args {
		if isMissing(value) {
			continue
		}
		text, isText := value.(string)
		if !isText {
			text = r.printed(at, func(p *printer) { p.print([]any{value}) })
		}
		texts = append(texts, text)
	}
	return r.made(at, func(b *buffer) {
		for i, text := range texts {
			if i > 0 {
				b.write(" ")
			}
			b.quote(text, false)
		}
	})
}
