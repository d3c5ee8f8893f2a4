package px0

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The vectors of px0's own template engine, made with Go.
const vectors = "../template/test/vectors/"

func TestTemplatesRunAsInPx0(t *testing.T) {
	for _, c := range []struct{ source, variables, want string }{
		{`{{default "d" .x}} {{.x | default "d"}} {{default "d" .x.y.z}} {{$.x.y | default "d"}}`, `{}`, "d d d d"},
		{`{{default "d" (.x)}} {{$v := .m}}{{$v.q | default "d"}}`, `{"m":{}}`, "d d"},
		{`{{range .l}}{{default "d" .x}}{{end}}{{with .m}}{{.x | default "e"}}{{else}}{{end}}`, `{"l":[{},{"x":1}],"m":{"a":1}}`, "d1e"},
		{`{{define "a"}}{{.x | default "d"}}{{end}}{{template "a" .}}`, `{}`, "d"},
		{`{{.n}} {{toJson .}} {{join ", " .l}} {{upper "a"}} {{quote "a\"b"}}{{nindent 2 "x"}}`, `{"n":1234567,"l":["a",null,2]}`,
			`1.234567e+06 {"l":["a",null,2],"n":1234567} a, 2 A "a\"b"` + "\n  x"},
		{`{{slice .s 0 1}}`, `{"s":"ü"}`, "\ufffd"},
	} {
		expect(t, run(t, c.source, c.variables), c.want)
	}
	for _, c := range []struct{ source, variables string }{
		{`{{.x}}`, `{}`},
		{`{{default .x "v"}}`, `{}`},
		{`{{default "d" (upper .x)}}`, `{}`},
		{`{{.x | upper | default "d"}}`, `{}`},
		{`{{default "d" .n.x}}`, `{"n":null}`},
		{`{{indent 10000000 .s}}`, `{"s":"x"}`},
		{`{{range 9000}}{{indent 1000 "x"}}{{end}}`, `{}`},
	} {
		program, err := parseTemplate(c.source)
		if err != nil {
			t.Fatal(err)
		}
		variables, err := asJSON([]byte(c.variables))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := program.render(variables, "error"); err == nil {
			t.Errorf("%s gave %q", c.source, text)
		}
	}
}

func run(t *testing.T, source, encoded string) string {
	t.Helper()
	program, err := parseTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	variables, err := asJSON([]byte(encoded))
	if err != nil {
		t.Fatal(err)
	}
	text, err := program.render(variables, "error")
	if err != nil {
		t.Fatal(source, err)
	}
	return text
}

func TestTheVectorsOfPx0sEngineHold(t *testing.T) {
	for _, name := range []string{"templates-authored.json", "templates-random.json"} {
		text, err := os.ReadFile(vectors + name)
		if err != nil {
			t.Skip("this module stands outside of px0's repository")
		}
		var cases []struct {
			Template string          `json:"template"`
			Data     json.RawMessage `json:"data"`
			Output   *string         `json:"output"`
		}
		if err := json.Unmarshal(text, &cases); err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, c := range cases {
			if c.Output == nil || strings.Contains(c.Template, "%p") {
				continue
			}
			count++
			expect(t, run(t, c.Template, string(c.Data)), *c.Output)
		}
		if count < 100 {
			t.Fatalf("%s has only %d outputs", name, count)
		}
	}
}
