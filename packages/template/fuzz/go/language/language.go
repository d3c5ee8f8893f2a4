// Package language is px0's template language made of Go's own text/template: the truth that the engines are compared with.
package language

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"text/template"
)

// Result has either an output or one of the errors.
type Result struct {
	Output     []byte
	ParseError string
	ExecError  string
}

// Run executes a template. data is what encoding/json makes of the variables; missingKey is error, default or zero.
func Run(text string, data map[string]any, missingKey string) Result {
	Clip(data)
	parsed, err := template.New("prompt").Option("missingkey=" + missingKey).Funcs(Functions).Parse(text)
	if err != nil {
		return Result{ParseError: err.Error()}
	}
	look := lookUps{functions: template.FuncMap{}}
	for _, each := range parsed.Templates() {
		if each.Tree != nil && each.Root != nil {
			look.in(each.Tree).nodes(each.Root.Nodes)
		}
	}
	parsed.Funcs(look.functions)
	var out bytes.Buffer
	if err := parsed.Execute(&out, data); err != nil {
		return Result{ExecError: look.restore(err.Error())}
	}
	return Result{Output: out.Bytes()}
}

// Clip removes the spare capacity of decoded lists, which depends on how the decoder grew them.
func Clip(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = Clip(value[i])
		}
		return value[:len(value):len(value)]
	case map[string]any:
		for key := range value {
			value[key] = Clip(value[key])
		}
	}
	return value
}

// Functions are those that px0 has on top of Go's. Letter case is that of the toolchain's Unicode tables.
var Functions = template.FuncMap{
	"default":      orDefault,
	"toJson":       toJSON,
	"toPrettyJson": toPrettyJSON,
	"join":         join,
	"upper":        strings.ToUpper,
	"lower":        strings.ToLower,
	"trim":         strings.TrimSpace,
	"indent":       indent,
	"nindent":      func(spaces int, text string) string { return "\n" + indent(spaces, text) },
	"quote":        quote,
}

func orDefault(fallback any, values ...any) any {
	if len(values) == 0 {
		return fallback
	}
	if truth, _ := template.IsTrue(values[0]); !truth {
		return fallback
	}
	return values[0]
}

func toJSON(value any) (string, error) {
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

func toPrettyJSON(value any) (string, error) {
	encoded, err := json.MarshalIndent(value, "", "  ")
	return string(encoded), err
}

func join(separator string, value any) string {
	if value == nil {
		return ""
	}
	list := reflect.ValueOf(value)
	if list.Kind() != reflect.Slice {
		return textOf(value)
	}
	var parts []string
	for i := range list.Len() {
		if item := list.Index(i).Interface(); item != nil {
			parts = append(parts, textOf(item))
		}
	}
	return strings.Join(parts, separator)
}

func indent(spaces int, text string) string {
	padding := strings.Repeat(" ", spaces)
	return padding + strings.ReplaceAll(text, "\n", "\n"+padding)
}

func quote(values ...any) string {
	var quoted []string
	for _, value := range values {
		if value != nil {
			quoted = append(quoted, fmt.Sprintf("%q", textOf(value)))
		}
	}
	return strings.Join(quoted, " ")
}

func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return fmt.Sprintf("%v", value)
}
