package contract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// check is a keyword that judges a value by itself, and the phrase that says what it wants.
type check struct {
	accepts func(value any) bool
	phrase  string
}

const mostListed = 10

var typeNames = map[string]string{
	"string": "a string", "number": "a number", "integer": "an integer", "boolean": "a boolean", "array": "a list", "object": "an object", "null": "null",
}

// checksOf gives the checks of a schema in the order in which they are judged.
func checksOf(schema map[string]any) (checks []check) {
	if types := typesOf(schema["type"]); len(types) > 0 {
		checks = append(checks, check{isOfAny(types), "be " + joinedByOr(types)})
	}
	if values, has := schema["enum"].([]any); has {
		checks = append(checks, check{only(values), "be one of " + listed(values)})
	}
	if value, has := schema["const"]; has {
		checks = append(checks, check{only([]any{value}), "be " + jsonText(value)})
	}
	bound := func(keyword, phrase string, accepts func(value any, limit float64) bool) {
		if limit, has := schema[keyword].(float64); has {
			checks = append(checks, check{func(value any) bool { return accepts(value, limit) }, fmt.Sprintf(phrase, numberText(limit))})
		}
	}
	bound("minLength", "have at least %s characters", func(value any, limit float64) bool { return length(value, limit) >= limit })
	bound("maxLength", "have at most %s characters", func(value any, limit float64) bool { return length(value, limit) <= limit })
	bound("minimum", "be at least %s", func(value any, limit float64) bool { return number(value, limit) >= limit })
	bound("maximum", "be at most %s", func(value any, limit float64) bool { return number(value, limit) <= limit })
	bound("exclusiveMinimum", "be more than %s", func(value any, limit float64) bool { return number(value, math.Inf(1)) > limit })
	bound("exclusiveMaximum", "be less than %s", func(value any, limit float64) bool { return number(value, math.Inf(-1)) < limit })
	bound("minItems", "have at least %s items", func(value any, limit float64) bool { return size(value, limit) >= limit })
	bound("maxItems", "have at most %s items", func(value any, limit float64) bool { return size(value, limit) <= limit })
	return checks
}

// A bound says nothing of values of other types: what keeps to it stands for them.

func length(value any, otherwise float64) float64 {
	if text, is := value.(string); is {
		return float64(utf8.RuneCountInString(text))
	}
	return otherwise
}

func number(value any, otherwise float64) float64 {
	if number, is := value.(float64); is {
		return number
	}
	return otherwise
}

func size(value any, otherwise float64) float64 {
	if list, is := value.([]any); is {
		return float64(len(list))
	}
	return otherwise
}

func typesOf(given any) (types []string) {
	if name, is := given.(string); is {
		return []string{name}
	}
	list, _ := given.([]any)
	for _, each := range list {
		name, _ := each.(string)
		types = append(types, name)
	}
	return types
}

const (
	ofString = 1 << iota
	ofNumber
	ofInteger
	ofBoolean
	ofArray
	ofObject
	ofNull
)

var typeBits = map[string]int{
	"string": ofString, "number": ofNumber, "integer": ofInteger, "boolean": ofBoolean, "array": ofArray, "object": ofObject, "null": ofNull,
}

func isOfAny(types []string) func(any) bool {
	allowed := 0
	for _, name := range types {
		allowed |= typeBits[name]
	}
	return func(value any) bool { return bitsOf(value)&allowed != 0 }
}

// bitsOf gives the types of a value.
func bitsOf(value any) int {
	switch value := value.(type) {
	case string:
		return ofString
	case float64:
		if math.Trunc(value) == value {
			return ofNumber | ofInteger
		}
		return ofNumber
	case bool:
		return ofBoolean
	case []any:
		return ofArray
	case map[string]any:
		return ofObject
	}
	return ofNull
}

func joinedByOr(types []string) string {
	words := make([]string, len(types))
	for i, name := range types {
		words[i] = typeNames[name]
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// only accepts certain values, compared as JSON. However many there are, one that is judged is looked at once.
func only(values []any) func(any) bool {
	scalars, others, longest := map[any]bool{}, map[string]bool{}, 0
	for _, value := range values {
		if isScalar(value) {
			scalars[value] = true
			continue
		}
		text := jsonText(value)
		others[text] = true
		longest = max(longest, len(text))
	}
	return func(value any) bool {
		if isScalar(value) {
			return scalars[value]
		}
		written := jsonWriter{most: longest}
		return len(others) > 0 && written.value(value) && others[string(written.text)]
	}
}

func isScalar(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

func listed(values []any) string {
	var texts []string
	for _, value := range values[:min(len(values), mostListed)] {
		texts = append(texts, jsonText(value))
	}
	if len(values) > mostListed {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}

func jsonText(value any) string {
	written := jsonWriter{most: math.MaxInt}
	written.value(value)
	return string(written.text)
}

// jsonWriter writes compact JSON, keys in the order of their bytes, numbers as ECMAScript prints them: one text for one value, however it was
// written.
type jsonWriter struct {
	text []byte
	// In bytes.
	most int
}

// value is false when there is no room.
func (w *jsonWriter) value(value any) bool {
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			if !w.next('[', i) || !w.value(item) {
				return false
			}
		}
		return w.end("[]", len(value))
	case map[string]any:
		if len(value) > w.most {
			return false
		}
		for i, key := range slices.Sorted(maps.Keys(value)) {
			if !w.next('{', i) || !w.add(quoted(key, false)+":") || !w.value(value[key]) {
				return false
			}
		}
		return w.end("{}", len(value))
	case string:
		return w.add(quoted(value, false))
	case float64:
		return w.add(numberText(value))
	case bool:
		return w.add(strconv.FormatBool(value))
	}
	return w.add("null")
}

func (w *jsonWriter) next(open byte, index int) bool {
	if index > 0 {
		open = ','
	}
	return w.add(string(open))
}

func (w *jsonWriter) end(brackets string, count int) bool {
	if count > 0 {
		brackets = brackets[1:]
	}
	return w.add(brackets)
}

func (w *jsonWriter) add(text string) bool {
	w.text = append(w.text, text...)
	return len(w.text) <= w.most
}

// numberText is plain between 1e-6 and 1e21, and has no zero before an exponent of one digit. There is one zero.
func numberText(value float64) string {
	size := math.Abs(value)
	if size == 0 {
		return "0"
	}
	if size >= 1e-6 && size < 1e21 {
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return strings.Replace(strconv.FormatFloat(value, 'e', -1, 64), "e-0", "e-", 1)
}

// quoted is a text as JSON; for a header without characters beyond ASCII, and without the control character that JSON does not escape.
func quoted(text string, isASCII bool) string {
	var made strings.Builder
	made.WriteByte('"')
	for _, r := range text {
		switch short := strings.IndexRune("\"\\\b\f\n\r\t", r); {
		case short >= 0:
			made.WriteString(`\` + `"\bfnrt`[short:short+1])
		case r > 0xffff && isASCII:
			fmt.Fprintf(&made, `\u%04x\u%04x`, 0xd7c0+r>>10, 0xdc00+r&0x3ff)
		case r < ' ' || (r >= 0x7f && isASCII):
			fmt.Fprintf(&made, `\u%04x`, r)
		default:
			made.WriteRune(r)
		}
	}
	made.WriteByte('"')
	return made.String()
}

// step is what stands for a key in a path: what a template can write behind a dot, or the key in brackets.
func step(key string, isFirst bool) string {
	isIdentifier := key != ""
	for i, r := range key {
		isIdentifier = isIdentifier && (r == '_' || unicode.IsLetter(r) || (i > 0 && unicode.IsDigit(r)))
	}
	if !isIdentifier {
		return "[" + quoted(key, false) + "]"
	}
	if isFirst {
		return key
	}
	return "." + key
}
