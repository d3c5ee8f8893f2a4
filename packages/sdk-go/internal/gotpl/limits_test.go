package gotpl

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func failureOf(t *testing.T, source string, data map[string]any, limits Limits) *ExecutionError {
	t.Helper()
	compiled, err := Compile(source, limits)
	if err != nil {
		t.Fatal(source, err)
	}
	_, err = compiled.Render(data, MissingKeyError)
	var failure *ExecutionError
	if !errors.As(err, &failure) {
		t.Fatalf("%.200s renders: %v", source, err)
	}
	return failure
}

func large() map[string]any {
	list := make([]any, 10_000)
	dict := map[string]any{}
	for i := range list {
		list[i] = 1.0
		dict[fmt.Sprintf("k%d", i)] = 1.0
	}
	return map[string]any{
		"big": strings.Repeat("x", 100_000), "a": strings.Repeat("x", 100_000), "b": strings.Repeat("x", 99_999) + "y",
		"list": list, "map": dict, "lines": strings.Repeat("\n", 1_000), "amps": strings.Repeat("&", 1<<20),
		"huge": strings.Repeat("x", 64<<20), "controls": strings.Repeat("\x01", 7<<20), "letters": strings.Repeat("ɐ", 4<<20),
	}
}

// A render that goes over a limit must not first take the memory that the limit is there to save. This counts all that it allocates, also
// what is soon free again, such as the buffers of fmt.
const mostMemory = 120 << 20

func TestWhatIsTooLongEndsBeforeItIsMade(t *testing.T) {
	data := large()
	for _, source := range []string{
		`{{range 400000}}` + strings.Repeat("0123456789", 10) + `{{end}}`,
		`{{range 400000}}` + strings.Repeat("0123456789", 1_000) + `{{continue}}{{end}}`,
		`{{range 100}}{{printf "%1000000d" 1}}{{end}}`,
		`{{printf "` + strings.Repeat("%999999d", 50) + `" ` + strings.Repeat("1 ", 50) + `}}`,
		`{{printf "` + strings.Repeat("%.999999f", 50) + `" ` + strings.Repeat("1.5 ", 50) + `}}`,
		`{{printf "` + strings.Repeat("%1000000.999999e", 50) + `" ` + strings.Repeat("1i ", 50) + `}}`,
		`{{printf "%x" .huge}}`,
		`{{printf "%q" .huge}}`,
		`{{printf "%+q" .controls}}`,
		`{{printf "%# X" .controls}}`,
		`{{printf "%z" .huge}}`,
		`{{printf "%#v" (slice .list 0 1) | print .huge}}`,
		`{{indent 100000000 "x"}}`,
		`{{indent 9223372036854775807 "x"}}`,
		`{{nindent 100000 .lines}}`,
		`{{join .big .list}}`,
		`{{join .huge .list}}`,
		`{{range .list}}{{$.big}}{{end}}`,
		`{{html (html (html (html (html (html .amps)))))}}`,
		`{{html .huge .huge}}`,
		`{{js .controls}}`,
		`{{js .huge}}`,
		`{{urlquery .controls}}`,
		`{{toJson .controls}}`,
		`{{toPrettyJson .huge}}`,
		`{{quote .huge .huge}}`,
		`{{quote .controls}}`,
		`{{upper .huge}}`,
		`{{upper .letters}}`,
		`{{trim .huge}}`,
		`{{.huge}}`,
		`{{print .huge}}`,
		`{{println .map .huge}}`,
	} {
		t.Run(fmt.Sprintf("%.40s", source), func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			failure := failureOf(t, source, data, DefaultLimits)
			runtime.ReadMemStats(&after)
			if failure.Limit != LimitOutput && !(failure.Limit == LimitSteps && strings.Contains(source, "continue")) {
				t.Errorf("%.200v", failure)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
				t.Errorf("took %d MiB", used>>20)
			}
		})
	}
}

func TestWorkIsCounted(t *testing.T) {
	data := large()
	for _, source := range []string{
		`{{range 200000000}}{{end}}`,
		`{{$x := "aaaaaaaaaaaaaaaa"}}{{range 25}}{{$x = print $x $x}}{{end}}`,
		`{{range 100000}}{{range 100000}}{{end}}{{end}}`,
		`{{range 1000000}}{{if eq $.a $.b}}{{end}}{{end}}`,
		`{{range 1000000}}{{if lt $.a $.b}}{{end}}{{end}}`,
		`{{range 1000000}}{{if len $.a}}{{end}}{{end}}`,
		`{{range 1000000}}{{if index $.a 5}}{{end}}{{end}}`,
		`{{range 1000000}}{{if slice $.list 5}}{{end}}{{end}}`,
		`{{range 1000000}}{{if len (print $.list)}}{{end}}{{end}}`,
		`{{range 1000000}}{{range $.map}}{{break}}{{end}}{{end}}`,
		`{{range 1000000}}{{if printf "%.1s" $.map}}{{end}}{{end}}`,
		`{{range 1000000}}{{if toJson $.map}}{{end}}{{end}}`,
		`{{range 1000000}}{{if urlquery $.a}}{{end}}{{end}}`,
	} {
		failure := failureOf(t, source, data, DefaultLimits)
		if failure.Limit != LimitSteps || !strings.HasSuffix(failure.Error(), "exceeded maximum number of steps (1000000)") {
			t.Errorf("%s: %v", source, failure)
		}
	}
	// Templates that call each other twice.
	var doubling strings.Builder
	for i := range 60 {
		fmt.Fprintf(&doubling, `{{define "t%d"}}{{template "t%d"}}{{template "t%d"}}{{end}}`, i, i+1, i+1)
	}
	failure := failureOf(t, doubling.String()+`{{define "t60"}}{{end}}{{template "t0"}}`, nil, DefaultLimits)
	if failure.Limit != LimitSteps {
		t.Error(failure)
	}
}

// Each of these would take minutes if it walked through the value each time.
func TestWhatCostsNoStepsIsFoundOutOnce(t *testing.T) {
	long := strings.Repeat("k", 8<<20)
	keys := map[string]any{}
	for i := range 40 {
		keys[fmt.Sprintf("%s%d", long[:200_000], i)] = 1.0
	}
	data := map[string]any{
		"blank": strings.Repeat(" ", 32<<20), "nulls": make([]any, 1_000_000), "key": long, "keys": keys,
		"m": map[string]any{long: "found", "a": 1.0}, "n": map[string]any{"a": 1.0},
	}
	for _, action := range []string{
		`trim $.blank`, `join "," $.nulls`, `join "" $.nulls`, `index $.m $.key`, `not (index $.n $.key)`,
	} {
		failure := failureOf(t, `{{range 1000000}}{{if `+action+`}}{{end}}{{end}}`, data, DefaultLimits)
		if failure.Limit != LimitSteps {
			t.Error(action, failure)
		}
	}
	failure := failureOf(t, `{{range 1000000}}{{range $.keys}}{{break}}{{end}}{{end}}`, data, DefaultLimits)
	if failure.Limit != LimitSteps {
		t.Error(failure)
	}
	data["texts"] = append(make([]any, 70), "a", "", "b")
	text, err := render(`{{index .m .key}} {{index .n .key}} {{index .m .key}} [{{trim .blank}}] {{join "-" .texts}} {{join "" .texts}}`, data, MissingKeyError)
	if err != nil || text != "found <no value> found [] a--b ab" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestTemplateCallsAreCounted(t *testing.T) {
	failure := failureOf(t, `{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}`, nil, DefaultLimits)
	want := `template: prompt:1:25: executing "t" at <{{template "t" .}}>: exceeded maximum template depth (100)`
	if failure.Error() != want || failure.Limit != LimitDepth || failure.Line != 1 || failure.Column != 25 {
		t.Errorf("%+v", failure)
	}
	// As deep as templates and their actions can be inside one another.
	nested := strings.Repeat("{{if true}}", 490) + `{{template "t" .}}` + strings.Repeat("{{end}}", 490)
	failure = failureOf(t, `{{define "t"}}`+nested+`{{end}}{{template "t" .}}`, nil, DefaultLimits)
	if failure.Limit != LimitDepth {
		t.Error(failure)
	}
}

func TestDataThatIsTooDeepIsNotPrinted(t *testing.T) {
	var deep any
	for range 100_000 {
		deep = []any{deep}
	}
	data := map[string]any{"d": deep}
	for _, source := range []string{`{{.d}}`, `{{print .d}}`, `{{toJson .d}}`, `{{printf "%q" .d}}`, `{{quote .d}}`, `{{join "" .d}}`} {
		failure := failureOf(t, source, data, DefaultLimits)
		if !strings.HasSuffix(failure.Error(), "data nested more than 1000 deep") || failure.Limit != "" {
			t.Error(failure)
		}
	}
	if failure := failureOf(t, `{{eq .d .d}}`, data, DefaultLimits); !strings.HasSuffix(failure.Error(), "non-comparable type ...: []interface {}") {
		t.Error(failure)
	}
}

func TestAValueInAMessageIsCut(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("x", 4097):            strings.Repeat("x", 4096) + "...",
		strings.Repeat("é", 5000):            strings.Repeat("é", 4096) + "...",
		strings.Repeat("日", 5000):            strings.Repeat("日", 4096) + "...",
		strings.Repeat("x", 4096):            strings.Repeat("x", 4096),
		"x" + strings.Repeat("🙂", 5000):      "x" + strings.Repeat("🙂", 2047) + "\ufffd...",
		strings.Repeat("x", 10<<20):          strings.Repeat("x", 4096) + "...",
		strings.Repeat("日", 4096):            strings.Repeat("日", 4096),
		strings.Repeat("🙂", 2048) + "\n\t\"": strings.Repeat("🙂", 2048) + "...",
	} {
		failure := failureOf(t, `{{range .s}}{{end}}`, map[string]any{"s": text}, DefaultLimits)
		if got := strings.TrimPrefix(failure.Error(), `template: prompt:1:8: executing "prompt" at <.s>: range can't iterate over `); got != want {
			t.Errorf("%.20q: got %d bytes, want %d", text, len(got), len(want))
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	for source, want := range map[string]string{
		`{{` + strings.Repeat("(", 501) + `1` + strings.Repeat(")", 501) + `}}`:                       "1: max expression depth exceeded",
		`{{` + strings.Repeat("(", 500) + `1` + strings.Repeat(")", 500) + `}}`:                       "",
		"\n" + strings.Repeat("{{if .x}}\n", 501) + strings.Repeat("{{end}}", 501):                    "502: max expression depth exceeded",
		strings.Repeat("{{if 1}}", 500) + strings.Repeat("{{end}}", 500):                              "",
		strings.Repeat("{{with 1}}", 400) + strings.Repeat("{{end}}", 400) + `{{(1)}}`:                "",
		strings.Repeat("{{with 1}}", 400) + `{{` + strings.Repeat("(", 101):                           "1: max expression depth exceeded",
		strings.Repeat("{{with 1}}", 400) + `{{nothing}}{{` + strings.Repeat("(", 101):                `1: function "nothing" not defined`,
		strings.Repeat("{{with 1}}", 400) + `{{break ` + strings.Repeat("(", 101):                     `1: unexpected "(" in {{break}}`,
		`{{if 1}}` + strings.Repeat("{{else if 1}}", 500) + `{{end}}`:                                 "1: max expression depth exceeded",
		`{{if 1}}` + strings.Repeat("{{else if 1}}", 499) + `{{end}}`:                                 "",
		strings.Repeat(`{{block "x" .}}`, 501):                                                        "0: max expression depth exceeded",
		strings.Repeat(`{{define "x"}}`, 20_000):                                                      "1: unexpected <define> in command",
		strings.Repeat(`{{/* ( */}}{{"("}}{{'('}}{{`+"`(`}}", 501):                                    "",
		`{{` + strings.Repeat("(", 400_000):                                                           "1: max expression depth exceeded",
		strings.Repeat("{{if .x}}", 50_000):                                                           "1: max expression depth exceeded",
		`{{if 1}}` + strings.Repeat("{{else if .x}}", 30_000):                                         "1: max expression depth exceeded",
		strings.Repeat("{{if 1}}{{- /* x */ -}}", 500) + `{{ (1) }}`:                                  "1: max expression depth exceeded",
		strings.Repeat("{{range 1}}", 500) + "{{- print\t1 -}} " + strings.Repeat("{{- end -}}", 500): "",
	} {
		_, err := Compile(source, DefaultLimits)
		if want == "" {
			if err != nil {
				t.Errorf("%.40s: %v", source, err)
			}
			continue
		}
		var broken *SyntaxError
		if !errors.As(err, &broken) || broken.Error() != "template: prompt:"+want {
			t.Errorf("%.40s: want %s, got %v", source, want, err)
		}
	}
}

func TestTheCapacityOfAListOfTheDataIsItsLength(t *testing.T) {
	list := append(make([]any, 0, 10), "a", "b", "c")
	data := map[string]any{"l": list}
	if failure := failureOf(t, `{{slice .l 0 5}}`, data, DefaultLimits); !strings.HasSuffix(failure.Error(), "index out of range: 5") {
		t.Error(failure)
	}
	text, err := render(`{{slice (slice .l 0 1) 0 3}} {{slice (slice .l 1 1) 0 2}}`, data, MissingKeyError)
	if err != nil || text != "[a b c] [b c]" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestForgetsTheItemsOfManyParts(t *testing.T) {
	list := make([]any, mostItems)
	for i := range list {
		list[i] = "x"
	}
	r := &run{}
	for start := range 3 {
		if got := len(r.joinedItems(list[start:], false)); got != len(list)-start {
			t.Fatal(got)
		}
	}
	if len(r.known.joined) != 1 {
		t.Fatalf("%d parts are remembered", len(r.known.joined))
	}
}
