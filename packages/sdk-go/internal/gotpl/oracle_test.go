package gotpl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"text/template"
)

// text/template is what the language is; here it judges random templates. What it has not (the limits, a missing key under `default`) is
// left to the vectors.

var oracleFunctions = template.FuncMap{
	"default": func(fallback any, value ...any) any {
		if len(value) == 0 {
			return fallback
		}
		if truth, _ := template.IsTrue(value[0]); truth {
			return value[0]
		}
		return fallback
	},
	"toJson": func(value any) (string, error) {
		encoded, err := json.Marshal(value)
		return string(encoded), err
	},
	"toPrettyJson": func(value any) (string, error) {
		encoded, err := json.MarshalIndent(value, "", "  ")
		return string(encoded), err
	},
	"join": func(separator string, value any) string {
		if value == nil {
			return ""
		}
		list := reflect.ValueOf(value)
		if list.Kind() != reflect.Slice {
			return fmt.Sprint(value)
		}
		var parts []string
		for i := 0; i < list.Len(); i++ {
			if item := list.Index(i).Interface(); item != nil {
				parts = append(parts, fmt.Sprint(item))
			}
		}
		return strings.Join(parts, separator)
	},
	"upper": strings.ToUpper,
	"lower": strings.ToLower,
	"trim":  strings.TrimSpace,
	"indent": func(spaces int, text string) string {
		space := strings.Repeat(" ", spaces)
		return space + strings.ReplaceAll(text, "\n", "\n"+space)
	},
	"nindent": func(spaces int, text string) string {
		space := strings.Repeat(" ", spaces)
		return "\n" + space + strings.ReplaceAll(text, "\n", "\n"+space)
	},
	"quote": func(values ...any) string {
		var made []string
		for _, value := range values {
			if value != nil {
				made = append(made, fmt.Sprintf("%q", fmt.Sprint(value)))
			}
		}
		return strings.Join(made, " ")
	},
}

func oracle(source string, data map[string]any, missingKey MissingKey) (string, error) {
	parsed, err := template.New(templateName).Option("missingkey=" + string(missingKey)).Funcs(oracleFunctions).Parse(source)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, data)
	return out.String(), err
}

// maker makes random templates.
type maker struct {
	*rand.Rand
	depth int
}

func (m *maker) pick(from ...string) string { return from[m.IntN(len(from))] }

func (m *maker) list() string {
	var made strings.Builder
	for range m.IntN(5) {
		made.WriteString(m.piece())
	}
	return made.String()
}

func (m *maker) piece() string {
	if m.depth > 3 {
		return m.pick("x", " \n", "é")
	}
	m.depth++
	defer func() { m.depth-- }()
	otherwise := m.pick("", "{{else}}"+m.list())
	switch m.IntN(8) {
	case 0:
		return m.pick("x", " \n", "é", "<b>", "{{/* a\nb */}}", "{{- /* c */ -}}")
	case 1:
		return "{{if " + m.pipeline() + "}}" + m.list() + otherwise + "{{end}}"
	case 2:
		return "{{with " + m.pick("", "$x := ") + m.pipeline() + "}}" + m.list() + otherwise + "{{end}}"
	case 3:
		jump := m.pick("", "{{break}}", "{{if .}}{{continue}}{{end}}")
		return "{{range " + m.pick("", "$x := ", "$i, $x := ", "$x = ") + m.pick(".l", ".m", "3", m.pipeline()) + "}}" + m.list() + jump +
			otherwise + "{{end}}"
	case 4:
		return "{{$x " + m.pick(":=", "=") + " " + m.pipeline() + "}}"
	case 5:
		return `{{block "b` + fmt.Sprint(m.IntN(1000)) + `" ` + m.pipeline() + "}}" + m.list() + "{{end}}"
	}
	return m.pick("{{", "{{- ") + m.pipeline() + m.pick("}}", " -}}")
}

func (m *maker) pipeline() string {
	made := m.command()
	for m.IntN(5) == 0 {
		made += " | " + m.pick("len", "print", "not", "html", "js", "urlquery", "toJson", "upper", "trim", "quote", "eq 1", "slice", m.command())
	}
	return made
}

func (m *maker) command() string {
	switch m.IntN(7) {
	case 0:
		return m.pick("and", "or", "eq", "ne", "lt", "ge", "index", "slice", "call", "join") + " " + m.operand() + " " + m.operand()
	case 1:
		return m.pick("len", "not", "print", "html", "js", "toPrettyJson", "lower", "quote", "indent 2", "nindent 1", `default "d"`) + " " + m.value()
	case 2:
		format := ""
		for range 1 + m.IntN(2) {
			format += "%" + m.pick("", "+", "-", "#", " ", "0", "+#") + m.pick("", "", "6", "12", "*") + m.pick("", "", ".", ".2", ".9") +
				m.pick("v", "d", "s", "q", "x", "X", "f", "g", "e", "b", "o", "O", "c", "U", "t", "T", "z", "w", "é", "%")
		}
		return fmt.Sprintf("printf %q %s %s", format, m.value(), m.value())
	}
	return m.operand()
}

func (m *maker) operand() string {
	if m.depth < 6 && m.IntN(6) == 0 {
		m.depth++
		defer func() { m.depth-- }()
		return "(" + m.pipeline() + ")" + m.pick("", "", ".a")
	}
	return m.pick(m.value(), ".none", "$x", ".m.a", "$.m.none", "nil", ".s.a")
}

func (m *maker) value() string {
	return m.pick(".", "$", ".l", ".m", ".s", ".n", ".z", `"a"`, `"\xff"`, "`b`", "1", "0", "-3", "2.5", "1e6", "'x'", "true", "1i", "12345678901")
}

func (m *maker) data(depth int) any {
	switch m.IntN(9 - 2*min(depth, 1)) {
	case 0:
		return []float64{0, 1, 2, -1, 0.5, 1e6, 1e21, 1e-7, 123456789}[m.IntN(9)]
	case 1, 2, 3:
		return m.pick("", "a", "héllo", "日本", "🙂x", "<a href=\"x\">&'", " pad ", "a\nb", "\x00\x7f", "\u2028", "ßİ")
	case 4:
		return m.IntN(2) == 0
	case 5:
		return nil
	case 6:
		return map[string]any{}
	case 7:
		return []any{m.data(depth + 1), m.data(depth + 1), m.data(depth + 1)}
	}
	return map[string]any{"a": m.data(depth + 1), "é": m.data(depth + 1), "1": m.data(depth + 1)}
}

func TestRandomTemplatesGiveWhatGoGives(t *testing.T) {
	needsOracle(t)
	const seed = 20_261_129
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 1))}
	outputs := 0
	for range 2_000 {
		source := "{{$x := .n}}" + m.list() + m.piece()
		data := map[string]any{
			"n": float64(m.IntN(4)), "s": "hello é", "z": nil,
			"l": []any{m.data(0), m.data(0)}, "m": map[string]any{"a": m.data(0), "b": m.data(0)},
		}
		missingKey := MissingKey(m.pick("error", "default", "zero"))
		want, wantErr := oracle(source, data, missingKey)
		got, gotErr := render(source, data, missingKey)
		switch {
		case wantErr == nil && gotErr == nil:
			outputs++
			if want != got {
				t.Fatalf("%s\n%v\nwant %q\ngot  %q", source, data, want, got)
			}
		case wantErr == nil || gotErr == nil || gotErr.Error() != wellFormed(wantErr.Error()):
			t.Fatalf("%s\n%v\nwant %q, %v\ngot  %q, %v", source, data, want, wantErr, got, gotErr)
		}
	}
	if outputs < 250 {
		t.Errorf("only %d outputs", outputs)
	}
}

func render(source string, data map[string]any, missingKey MissingKey) (string, error) {
	compiled, err := Compile(source, DefaultLimits)
	if err != nil {
		return "", err
	}
	text, err := compiled.RenderBytes(data, missingKey)
	return string(text), err
}

// needsOracle: errors of older releases say less, and Go 1.23 does not know every form of range.
func needsOracle(t testing.TB) {
	t.Helper()
	if _, err := oracle(`{{eq 1 1.5}}`, nil, MissingKeyError); !strings.HasSuffix(err.Error(), "int and float64") {
		t.Skip("the judge is the text/template of Go 1.25 or later")
	}
}

// FuzzRender looks for templates and data that end in anything but a text or an error, or in another text than Go's.
func FuzzRender(f *testing.F) {
	needsOracle(f)
	f.Add("{{range $i, $x := .l}}{{$i}}{{printf \"%5.2v\" $x}}{{else}}-{{end}}", `{"l":[1,"a",null]}`)
	f.Add("{{define \"a\"}}{{.}}{{end}}{{template \"a\" (slice .s 1)}}{{toJson .}}", `{"s":"hé"}`)
	f.Add("{{or .a (and ($x := 1) $x) | default 2 | js}}", `{"a":{"b":[]}}`)
	f.Fuzz(func(t *testing.T, source, encoded string) {
		var data map[string]any
		if json.Unmarshal([]byte(encoded), &data) != nil || !strings.Contains(source, "{{") {
			t.Skip()
		}
		compiled, err := Compile(source, Limits{Steps: 5_000, Output: 50_000, Depth: 20})
		var broken *SyntaxError
		if errors.As(err, &broken) {
			return
		}
		text, err := compiled.Render(data, MissingKeyError)
		var failure *ExecutionError
		if err != nil && !errors.As(err, &failure) {
			t.Fatal(err)
		}
		// A missing key under default is no error here, and addresses mean nothing.
		if err != nil || strings.Contains(source, "default") || strings.Contains(source, "%") {
			return
		}
		if want, err := oracle(source, clipped(data), MissingKeyError); err != nil || wellFormed(want) != text {
			t.Fatalf("want %q, %v\ngot  %q", want, err, text)
		}
	})
}

// clipped gives a copy in which lists have no spare room, which the decoder leaves and slice would show.
func clipped(data map[string]any) map[string]any {
	var clip func(any) any
	clip = func(value any) any {
		switch value := value.(type) {
		case []any:
			made := make([]any, 0, len(value))
			for _, item := range value {
				made = append(made, clip(item))
			}
			return made[:len(made):len(made)]
		case map[string]any:
			made := map[string]any{}
			for key, item := range value {
				made[key] = clip(item)
			}
			return made
		}
		return value
	}
	made, _ := clip(data).(map[string]any)
	return made
}
