package gotpl

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonWriter is encoding/json for the values of a template, bounded while it writes.
type jsonWriter struct {
	buffer
	name string
	// Two spaces for each level, one element in each line.
	isPretty bool
	// How many keys were sorted for it.
	keys int
}

func (w *jsonWriter) value(value any, depth int) {
	switch value := value.(type) {
	case string:
		w.quoted(value)
		return
	case float64:
		w.number(value)
		return
	case bool, int, uint8:
		w.write(string(appendScalar(nil, value)))
		return
	case map[string]any:
		if value != nil {
			w.object(value, depth)
			return
		}
	case complex128:
		w.checkDepth(depth)
		w.run.fault(w.at, w.name, "json: unsupported type: complex128")
	}
	if list, ok := listOf(value); ok {
		w.list(list, depth)
		return
	}
	w.write("null")
}

func (w *jsonWriter) checkDepth(depth int) {
	if depth >= mostDataDepth {
		w.run.fault(w.at, w.name, tooDeepMessage)
	}
}

func (w *jsonWriter) list(list []any, depth int) {
	w.checkDepth(depth)
	w.write("[")
	for i, item := range list {
		w.nextElement(i, depth)
		w.value(item, depth+1)
	}
	w.end(len(list), depth)
	w.write("]")
}

func (w *jsonWriter) object(dict map[string]any, depth int) {
	w.checkDepth(depth)
	w.keys += len(dict)
	w.write("{")
	for i, key := range w.run.sortedKeys(dict) {
		w.nextElement(i, depth)
		w.quoted(key)
		w.write(":")
		if w.isPretty {
			w.write(" ")
		}
		w.value(dict[key], depth+1)
	}
	w.end(len(dict), depth)
	w.write("}")
}

func (w *jsonWriter) nextElement(index, depth int) {
	if index > 0 {
		w.write(",")
	}
	w.newLine(depth + 1)
}

func (w *jsonWriter) end(count, depth int) {
	if count > 0 {
		w.newLine(depth)
	}
}

func (w *jsonWriter) newLine(depth int) {
	if w.isPretty {
		w.write("\n" + strings.Repeat("  ", depth))
	}
}

// number is plain between 1e-6 and 1e21, and has no zero before an exponent of one digit.
func (w *jsonWriter) number(value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		w.run.fault(w.at, w.name, "json: unsupported value: "+strconv.FormatFloat(value, 'g', -1, 64))
	}
	size := math.Abs(value)
	if size == 0 || (size >= 1e-6 && size < 1e21) {
		w.write(strconv.FormatFloat(value, 'f', -1, 64))
		return
	}
	w.write(strings.Replace(strconv.FormatFloat(value, 'e', -1, 64), "e-0", "e-", 1))
}

var jsonSpecial = asciiSet(`"\<>&`)

// shortEscape is what stands behind the backslash of a short escape; 0 for a character that has none.
func shortEscape(r rune) byte {
	switch r {
	case '"', '\\':
		return byte(r)
	case '\b':
		return 'b'
	case '\f':
		return 'f'
	case '\n':
		return 'n'
	case '\r':
		return 'r'
	case '\t':
		return 't'
	}
	return 0
}

func (w *jsonWriter) quoted(text string) {
	w.expect(len(text))
	w.write(`"`)
	start := 0
	for i, size := 0, 0; i < len(text); i += size {
		r := rune(text[i])
		size = 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
			if r != '\u2028' && r != '\u2029' && (r != utf8.RuneError || size > 1) {
				continue
			}
		} else if r >= ' ' && !jsonSpecial[r] {
			continue
		}
		w.write(text[start:i])
		start = i + size
		begun := len(w.text)
		if short := shortEscape(r); short != 0 {
			w.text = append(w.text, '\\', short)
		} else {
			w.text = appendHex(append(w.text, `\u`...), r, 4, lowerHex)
		}
		w.wrote(begun)
	}
	w.write(text[start:])
	w.write(`"`)
}
