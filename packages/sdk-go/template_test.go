package px0

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
)

// What templates give is tested in internal/gotpl, with the vectors of px0's own engine.

func compile(t *testing.T, source string) *Template {
	t.Helper()
	compiled, err := CompileTemplate(source)
	if err != nil {
		t.Fatal(source, err)
	}
	return compiled
}

func TestATemplateIsRenderedAsPx0Does(t *testing.T) {
	source := `{{.n}} {{toJson .}} {{join ", " .l}} {{default "d" .x.y}} {{quote "a\"b"}}{{nindent 2 "x"}}`
	variables := map[string]any{"n": 1234567, "l": []any{"a", nil, 2}, "deep": map[string]any{"n": int64(3), "none": []any(nil)}}
	text, err := compile(t, source).Render(variables)
	expect(t, err, nil)
	expect(t, text, `1.234567e+06 {"deep":{"n":3,"none":null},"l":["a",null,2],"n":1234567} a, 2 d "a\"b"`+"\n  x")
	expect(t, variables["n"], any(1234567))
}

func TestVariablesOfEveryTypeAreTakenAsJSON(t *testing.T) {
	type user struct {
		Name string `json:"name"`
	}
	text, err := compile(t, `{{.user.name}} {{.list}} {{.ratio}}`).Render(Vars{
		"user": user{"Ada"}, "list": []string{"a", "b"}, "ratio": float32(0.1),
	})
	expect(t, err, nil)
	expect(t, text, "Ada [a b] 0.1")
	compiled := compile(t, `{{.x}}`)
	var itself []any
	itself = []any{nil}
	itself[0] = itself
	for name, value := range map[string]any{
		"no UTF-8":    "Caf\xe9",
		"no number":   []any{math.NaN()},
		"a function":  func() {},
		"deep":        lists(deepestVariables),
		"itself":      itself,
		"in a key":    map[string]any{"\xff": 1},
		"in a struct": struct{ Name string }{"\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := compiled.Render(Vars{"x": value})
			expectUsage(t, err, "variables")
		})
	}
}

func TestAMissingKeyDoesWhatTheOptionSays(t *testing.T) {
	compiled := compile(t, `{{.x}}`)
	_, err := compiled.Render(Vars{})
	var failure *TemplateExecutionError
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	expect(t, failure.Error(), `template: prompt:1:2: executing "prompt" at <.x>: map has no entry for key "x"`)
	expect(t, [2]int{failure.Line, failure.Column}, [2]int{1, 2})
	expect(t, failure.Limit, "")
	for _, mode := range []string{"default", "zero"} {
		text, err := compiled.Render(Vars{}, WithMissingKey(mode))
		expect(t, err, nil)
		expect(t, text, "<no value>")
	}
	for _, option := range []RenderOption{
		nil, WithMissingKey("panic"), WithTag("prod"), WithVersion(1), WithTeam("a"), WithFallback("x"),
	} {
		_, err := compiled.Render(Vars{}, option)
		expectUsage(t, err)
	}
}

func TestABrokenTemplateSaysWhere(t *testing.T) {
	_, err := CompileTemplate("a\n{{if}}")
	var failure *TemplateSyntaxError
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	expect(t, failure.Error(), "template: prompt:2: missing value for if")
	expect(t, failure.Line, 2)
	_, err = CompileTemplate(strings.Repeat("x", 524_289))
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	expect(t, failure.Error(), "template must be at most 524288 bytes")
	var none *Template
	_, err = none.Render(nil)
	expectUsage(t, err)
	_, err = new(Template).RenderBytes(nil)
	expectUsage(t, err)
}

func TestALimitIsNamed(t *testing.T) {
	for source, want := range map[string]TemplateLimit{
		`{{range 200000000}}{{end}}`:                            TemplateLimitSteps,
		`{{indent 10000000 "x"}}`:                               TemplateLimitOutput,
		`{{define "t"}}{{template "t"}}{{end}}{{template "t"}}`: TemplateLimitDepth,
	} {
		_, err := compile(t, source).Render(nil)
		var failure *TemplateExecutionError
		if !errors.As(err, &failure) {
			t.Fatal(source, err)
		}
		expect(t, failure.Limit, want)
	}
}

func TestBytesThatAreNoUTF8ComeAsTheyAre(t *testing.T) {
	compiled := compile(t, `{{slice .s 0 1}}`)
	text, err := compiled.Render(Vars{"s": "ü"})
	expect(t, err, nil)
	expect(t, text, "\ufffd")
	bytes, err := compiled.RenderBytes(Vars{"s": "ü"})
	expect(t, err, nil)
	expect(t, string(bytes), "\xc3")
}

func TestATemplateMayBeRenderedAtOnce(t *testing.T) {
	compiled := compile(t, `{{range $i, $x := .l}}{{$i}}{{$x}}{{end}}{{define "t"}}{{.}}{{end}}{{template "t" .n}}`)
	variables := Vars{"l": []any{"a", "b"}, "n": 5.0}
	var wait sync.WaitGroup
	for range 8 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 200 {
				if text, err := compiled.Render(variables); err != nil || text != "0a1b5" {
					t.Errorf("%q, %v", text, err)
					return
				}
			}
		}()
	}
	wait.Wait()
}
