package gotpl

import "fmt"

// order is the group of types that compare with one another.
type order int

const (
	noOrder order = iota
	bools
	integers
	floats
	complexes
	texts
)

func orderOf(value any) order {
	switch value.(type) {
	case bool:
		return bools
	case int, uint8:
		return integers
	case float64:
		return floats
	case complex128:
		return complexes
	case string:
		return texts
	}
	return noOrder
}

func integerOf(value any) int {
	switch value := value.(type) {
	case uint8:
		return int(value)
	case int:
		return value
	}
	return 0
}

// equalsAny: what comes after the first match is not looked at.
func equalsAny(r *run, at *site, args []any) any {
	if len(args) < 2 {
		r.fault(at, "eq", "missing argument for comparison")
	}
	for _, other := range args[1:] {
		if equals(r, at, "eq", args[0], other) {
			return true
		}
	}
	return false
}

func equals(r *run, at *site, name string, a, b any) bool {
	left, right := orderOf(a), orderOf(b)
	if left != right {
		if isMissing(a) || isMissing(b) {
			return false
		}
		r.fault(at, name, fmt.Sprintf("incompatible types for comparison: %s and %s", typeName(a), typeName(b)))
	}
	switch left {
	case noOrder:
		return equalCompounds(r, at, name, a, b)
	case integers:
		return integerOf(a) == integerOf(b)
	case texts:
		if bytes := len(a.(string)); bytes > bytesReadPerStep && bytes == len(b.(string)) {
			r.chargeRead(at, bytes)
		}
	}
	return a == b
}

// equalCompounds: of lists, maps and nil only nil compares with anything.
func equalCompounds(r *run, at *site, name string, a, b any) bool {
	_, isListA := listOf(a)
	_, isListB := listOf(b)
	if !isMissing(a) && !isMissing(b) && isListA != isListB {
		types := fmt.Sprintf("%s: %s, %s: %s", r.describe(a, 's'), typeName(a), typeName(b), r.describe(b, 'v'))
		r.fault(at, name, "non-comparable types "+types)
	}
	if isNil(a) || isNil(b) {
		return isNil(a) == isNil(b)
	}
	r.fault(at, name, fmt.Sprintf("non-comparable type %s: %s", r.describe(b, 's'), typeName(b)))
	return false
}

// isNil: the variables themselves may be a map that is nil.
func isNil(value any) bool {
	dict, isDict := value.(map[string]any)
	return isMissing(value) || (isDict && dict == nil)
}

func isLess(r *run, at *site, name string, a, b any) bool {
	left, right := orderOf(a), orderOf(b)
	switch {
	case left == noOrder || right == noOrder:
		r.fault(at, name, "invalid type for comparison")
	case left != right:
		r.fault(at, name, fmt.Sprintf("incompatible types for comparison: %s and %s", typeName(a), typeName(b)))
	}
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		r.chargeRead(at, min(len(a), len(b)))
		return a < b
	case float64:
		b, _ := b.(float64)
		return a < b
	case int, uint8:
		return integerOf(a) < integerOf(b)
	}
	r.fault(at, name, "invalid type for comparison")
	return false
}

// pairFunctions compare two values.
var pairFunctions = map[string]func(r *run, at *site, a, b any) any{
	"eq": func(r *run, at *site, a, b any) any { return equals(r, at, "eq", a, b) },
	"ne": func(r *run, at *site, a, b any) any { return !equals(r, at, "ne", a, b) },
	"lt": func(r *run, at *site, a, b any) any { return isLess(r, at, "lt", a, b) },
	"le": func(r *run, at *site, a, b any) any { return isLess(r, at, "le", a, b) || equals(r, at, "le", a, b) },
	"gt": func(r *run, at *site, a, b any) any { return !(isLess(r, at, "gt", a, b) || equals(r, at, "gt", a, b)) },
	"ge": func(r *run, at *site, a, b any) any { return !isLess(r, at, "ge", a, b) },
}

func comparing(name string) function {
	return func(r *run, at *site, args []any) any { return pairFunctions[name](r, at, args[0], args[1]) }
}
