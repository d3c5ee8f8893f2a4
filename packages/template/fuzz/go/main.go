// Executes templates as Go does: one JSON case per line in, one JSON result per line out.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"text/template"
)

type testCase struct {
	Template   string         `json:"template"`
	Data       map[string]any `json:"data"`
	MissingKey string         `json:"missingKey"`
}

type result struct {
	Output     []byte  `json:"output,omitempty"`
	ParseError *string `json:"parseError,omitempty"`
	ExecError  *string `json:"execError,omitempty"`
}

// clip removes the spare capacity of decoded lists, which depends on how the decoder grew them.
func clip(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = clip(v[i])
		}
		return v[:len(v):len(v)]
	case map[string]any:
		for k := range v {
			v[k] = clip(v[k])
		}
	}
	return v
}

func isEmpty(v any) bool {
	truth, _ := template.IsTrue(v)
	return !truth
}

func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return fmt.Sprintf("%v", v)
}

var functions = template.FuncMap{
	"default": func(def any, v ...any) any {
		if len(v) == 0 || v[0] == nil || isEmpty(v[0]) {
			return def
		}
		return v[0]
	},
	"toJson": func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err },
	"toPrettyJson": func(v any) (string, error) {
		b, err := json.MarshalIndent(v, "", "  ")
		return string(b), err
	},
	"join": func(sep string, v any) string {
		if v == nil {
			return ""
		}
		r := reflect.ValueOf(v)
		if r.Kind() != reflect.Slice {
			return text(v)
		}
		var parts []string
		for i := 0; i < r.Len(); i++ {
			if e := r.Index(i).Interface(); e != nil {
				parts = append(parts, text(e))
			}
		}
		return strings.Join(parts, sep)
	},
	"upper": strings.ToUpper,
	"lower": strings.ToLower,
	"trim":  strings.TrimSpace,
	"indent": func(n int, s string) string {
		pad := strings.Repeat(" ", n)
		return pad + strings.ReplaceAll(s, "\n", "\n"+pad)
	},
	"nindent": func(n int, s string) string {
		pad := strings.Repeat(" ", n)
		return "\n" + pad + strings.ReplaceAll(s, "\n", "\n"+pad)
	},
	"quote": func(vs ...any) string {
		var out []string
		for _, v := range vs {
			if v != nil {
				out = append(out, fmt.Sprintf("%q", text(v)))
			}
		}
		return strings.Join(out, " ")
	},
}

func run(c testCase) (r result) {
	if c.Data != nil {
		clip(c.Data)
	}
	option := "missingkey=" + c.MissingKey
	t, err := template.New("prompt").Option(option).Funcs(functions).Parse(c.Template)
	if err != nil {
		s := err.Error()
		return result{ParseError: &s}
	}
	var out bytes.Buffer
	if err := t.Execute(&out, c.Data); err != nil {
		s := err.Error()
		return result{ExecError: &s}
	}
	return result{Output: out.Bytes()}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			var c testCase
			if e := json.Unmarshal(line, &c); e != nil {
				panic(e)
			}
			if e := encoder.Encode(run(c)); e != nil {
				panic(e)
			}
		}
		if err != nil {
			return
		}
	}
}
