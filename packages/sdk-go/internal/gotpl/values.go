package gotpl

// The values that a template computes with. JSON's own stay as encoding/json decodes them: nil, bool, float64, string, []any and
// map[string]any. An int comes from a literal, from len or from a loop, a uint8 from indexing a text, a complex128 from a literal,
// and a part from slicing a list.

// mark is a value of its own, compared by identity.
type mark struct{ name string }

var (
	// absent is Go's invalid value: what a thing that does not exist evaluates to. nil is a null inside a list or map.
	absent any = &mark{"absent"}
	// unset is what a variable holds whose declaration was skipped.
	unset any = &mark{"unset"}
)

// part is a piece of a list. It can be sliced again past its end, up to its capacity; the capacity of a list of the data is its length,
// whatever room the slice has that holds it.
type part struct{ items []any }

func listOf(value any) ([]any, bool) {
	switch value := value.(type) {
	case []any:
		return value, true
	case *part:
		return value.items, true
	}
	return nil, false
}

func isMissing(value any) bool { return value == nil || value == absent }

// settled turns a null into no value, as a pipeline does with what it gets.
func settled(value any) any {
	if value == nil {
		return absent
	}
	return value
}

// typeName is Go's name of the value's type.
func typeName(value any) string {
	switch value.(type) {
	case string:
		return "string"
	case float64:
		return "float64"
	case bool:
		return "bool"
	case int:
		return "int"
	case uint8:
		return "uint8"
	case complex128:
		return "complex128"
	case []any, *part:
		return "[]interface {}"
	}
	return "map[string]interface {}"
}

// isTrue is Go's truth: false are nil, false, zero of every kind, and empty texts, lists and maps.
func isTrue(value any) bool {
	switch value := value.(type) {
	case bool:
		return value
	case string:
		return value != ""
	case float64:
		return value != 0
	case int:
		return value != 0
	case uint8:
		return value != 0
	case complex128:
		return value != 0
	case []any:
		return len(value) > 0
	case *part:
		return len(value.items) > 0
	case map[string]any:
		return len(value) > 0
	}
	return false
}

func isInteger(value any) bool {
	switch value.(type) {
	case int, uint8:
		return true
	}
	return false
}
