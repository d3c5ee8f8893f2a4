package gotpl

// kind is the type of a parameter. Parameters of kind anyValue take every value, nil included.
type kind string

const (
	anyValue kind = "any"
	aString  kind = "string"
	anInt    kind = "int"
)

// signature has the fixed parameters of a function, and whether any number of values may follow.
type signature struct {
	fixed []kind
	more  bool
}

func (s signature) parameter(index int) kind {
	if index < len(s.fixed) {
		return s.fixed[index]
	}
	return anyValue
}

var (
	oneAny     = signature{fixed: []kind{anyValue}}
	twoAny     = signature{fixed: []kind{anyValue, anyValue}}
	anyNumber  = signature{more: true}
	atLeastOne = signature{fixed: []kind{anyValue}, more: true}
	oneString  = signature{fixed: []kind{aString}}
)

// signatures has every function of the language; `and` and `or` are no calls, for they skip arguments.
var signatures = map[string]signature{
	"and":          atLeastOne,
	"or":           atLeastOne,
	"not":          oneAny,
	"len":          oneAny,
	"index":        atLeastOne,
	"slice":        atLeastOne,
	"call":         atLeastOne,
	"print":        anyNumber,
	"println":      anyNumber,
	"printf":       {fixed: []kind{aString}, more: true},
	"html":         anyNumber,
	"js":           anyNumber,
	"urlquery":     anyNumber,
	"eq":           atLeastOne,
	"ne":           twoAny,
	"lt":           twoAny,
	"le":           twoAny,
	"gt":           twoAny,
	"ge":           twoAny,
	"default":      atLeastOne,
	"toJson":       oneAny,
	"toPrettyJson": oneAny,
	"join":         {fixed: []kind{aString, anyValue}},
	"upper":        oneString,
	"lower":        oneString,
	"trim":         oneString,
	"indent":       {fixed: []kind{anInt, aString}},
	"nindent":      {fixed: []kind{anInt, aString}},
	"quote":        anyNumber,
}

// names is what text/template/parse asks when it meets a function.
var names = func() map[string]any {
	known := map[string]any{}
	for name := range signatures {
		known[name] = true
	}
	return known
}()
