package gotpl

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func units(t *testing.T, source string, limits Limits, variables map[string]any, names ...string) ([]string, error) {
	t.Helper()
	compiled, err := Compile(source, limits)
	if err != nil {
		t.Fatal(err)
	}
	return compiled.RenderUnits(names, variables, MissingKeyError)
}

func TestUnitsAreRunOneByOne(t *testing.T) {
	source := `{{define "a"}}{{.x}}{{template "c" "ü"}}{{end}}{{define "b"}}{{$.x}}{{end}}{{define "c"}}{{slice . 0 1}}{{end}}root`
	texts, err := units(t, source, DefaultLimits, map[string]any{"x": "X"}, "b", "a", "prompt", "b")
	if want := []string{"X", "X\ufffd", "root", "X"}; err != nil || !reflect.DeepEqual(texts, want) {
		t.Fatalf("%q, %v", texts, err)
	}
	_, err = units(t, source, DefaultLimits, nil, "d")
	if err == nil || err.Error() != `template: no template "d" associated with template "prompt"` {
		t.Fatal(err)
	}
	if texts, err := units(t, source, DefaultLimits, nil); err != nil || len(texts) != 0 {
		t.Fatalf("%q, %v", texts, err)
	}
}

func TestUnitsShareOneBudgetAndEachHasItsOwnDepth(t *testing.T) {
	source := `{{define "steps"}}{{range 10}}x{{end}}{{end}}{{define "output"}}xxxxxxxxxx{{end}}{{define "deep"}}{{template "c"}}{{end}}` +
		`{{define "c"}}c{{end}}`
	for _, each := range []struct {
		unit   string
		limits Limits
		most   int
		limit  Limit
	}{
		{"steps", Limits{Steps: 100, Output: 1000, Depth: 1}, 4, LimitSteps},
		{"output", Limits{Steps: 1000, Output: 30, Depth: 1}, 3, LimitOutput},
		{"deep", Limits{Steps: 1000, Output: 1000, Depth: 1}, 50, LimitSteps},
	} {
		names := strings.Split(strings.Repeat(each.unit+" ", each.most), " ")[:each.most]
		if _, err := units(t, source, each.limits, nil, names...); err != nil {
			t.Errorf("%d of %s: %v", each.most, each.unit, err)
		}
		var failure *ExecutionError
		for range 1000 {
			names = append(names, each.unit)
		}
		if _, err := units(t, source, each.limits, nil, names...); !errors.As(err, &failure) || failure.Limit != each.limit {
			t.Errorf("%d of %s: %v", len(names), each.unit, err)
		}
	}
}
