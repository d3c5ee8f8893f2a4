package gotpl

import (
	"fmt"
	"slices"
	"strconv"
)

// field is what a look-up gives that has not simply found its key. isElement: the receiver is in an interface, which is what a message then
// calls its type.
func (r *run) field(receiver any, key string, isElement, isLenient bool, at *site) any {
	dict, isDict := receiver.(map[string]any)
	switch {
	case receiver == absent:
		if r.missingKey == MissingKeyError && !isLenient {
			r.fail(at, "nil data; no entry for key "+quoted(key))
		}
		return absent
	case receiver == nil:
		r.fail(at, "nil pointer evaluating interface {}."+key)
	case !isDict:
		name := typeName(receiver)
		// Integers never stand in an interface: they come from literals, len and range.
		if isElement && !isInteger(receiver) {
			name = "interface {}"
		}
		r.fail(at, fmt.Sprintf("can't evaluate field %s in type %s", key, name))
	}
	if value, ok := r.entry(dict, key); ok {
		return value
	}
	switch {
	case isLenient || r.missingKey == MissingKeyDefault:
		return absent
	case r.missingKey == MissingKeyZero:
		return nil
	}
	r.fail(at, "map has no entry for key "+quoted(key))
	return absent
}

// checkArgument: a parameter of one type takes values of that type only.
func (r *run) checkArgument(value any, wanted kind, at *site) {
	switch value.(type) {
	case string:
		if wanted == aString {
			return
		}
	case int:
		if wanted == anInt {
			return
		}
	}
	if value == absent {
		r.fail(at, fmt.Sprintf("invalid value; expected %s", wanted))
	}
	actual := "interface {}"
	if value != nil {
		actual = typeName(value)
	}
	r.fail(at, fmt.Sprintf("wrong type for value; expected %s; got %s", wanted, actual))
}

func isByte(value any) bool {
	_, ok := value.(uint8)
	return ok
}

// iterate says what a loop over anything but a list with items has: how many passes, and the keys and the map if it is one.
func (r *run) iterate(value any, hasTwoVariables bool, at *site) (count int, keys []string, dict map[string]any) {
	switch value := value.(type) {
	case nil, *mark, []any, *part:
		return 0, nil, nil
	case map[string]any:
		r.charge(at, len(value))
		return len(value), r.sortedKeys(value), value
	case uint8:
		count = int(value)
	case int:
		count = value
	default:
		r.fail(at, "range can't iterate over "+r.describe(value, 'v'))
	}
	if hasTwoVariables {
		r.fail(at, fmt.Sprintf("can't use %d to iterate over more than one variable", count))
	}
	return max(count, 0), nil, nil
}

// sortedKeys are in the order of their bytes.
func sortedKeys(dict map[string]any) []string {
	keys := make([]string, 0, len(dict))
	for key := range dict {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// appendScalar writes a number or a bool as an action prints it. Complex numbers are too rare for more than fmt.
func appendScalar(text []byte, value any) []byte {
	switch value := value.(type) {
	case float64:
		return strconv.AppendFloat(text, value, 'g', -1, 64)
	case int:
		return strconv.AppendInt(text, int64(value), 10)
	case uint8:
		return strconv.AppendUint(text, uint64(value), 10)
	case bool:
		return strconv.AppendBool(text, value)
	}
	return fmt.Append(text, value)
}
