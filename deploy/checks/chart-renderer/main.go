// Renders a Helm chart with Go's own templates and those of Helm's functions that px0's chart uses, so that tests need no Helm, which takes
// minutes to build. The input is JSON: {"templates": {name: text}, "data": {"Values": …, "Release": …, "Chart": …}}; the output, by name.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"sort"
	"strings"
	"text/template"
)

type object = map[string]any

func main() {
	var input struct {
		Templates map[string]string
		Data      object
	}
	check(json.NewDecoder(os.Stdin).Decode(&input))
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	for name, text := range input.Templates {
		template.Must(all.New(name).Parse(text))
	}
	output := map[string]string{}
	for name := range input.Templates {
		if strings.HasSuffix(name, ".tpl") {
			continue
		}
		text, err := execute(all, name, input.Data)
		check(err)
		output[name] = text
	}
	check(json.NewEncoder(os.Stdout).Encode(output))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func execute(all *template.Template, name string, data any) (string, error) {
	var text strings.Builder
	err := all.ExecuteTemplate(&text, name, data)
	// What Helm does, too: a missing value is empty.
	return strings.ReplaceAll(text.String(), "<no value>", ""), err
}

func functions(all *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data any) (string, error) { return execute(all, name, data) },
		"required": func(message string, value any) (any, error) {
			if value == nil || value == "" {
				return nil, errors.New(message)
			}
			return value, nil
		},
		"default": func(fallback, value any) any {
			if truth, _ := template.IsTrue(value); truth {
				return value
			}
			return fallback
		},
		// Without a cluster, Helm finds nothing either.
		"lookup":    func(_, _, _, _ string) object { return object{} },
		"dict":      func() object { return object{} },
		"set":       func(in object, key string, value any) object { in[key] = value; return in },
		"list":      func(elements ...any) []any { return elements },
		"first":     func(elements []any) any { return elements[0] },
		"rest":      func(elements []any) []any { return elements[1:] },
		"kindIs":    func(kind string, value any) bool { return kind == reflect.ValueOf(value).Kind().String() },
		"int":       integer,
		"int64":     integer,
		"quote":     func(value any) string { return fmt.Sprintf("%q", fmt.Sprint(value)) },
		"replace":   func(old, with, text string) string { return strings.ReplaceAll(text, old, with) },
		"sha256sum": func(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) },
		"trunc":     func(length int, text string) string { return text[:min(length, len(text))] },
		"nindent": func(depth int, text string) string {
			indent := "\n" + strings.Repeat(" ", depth)
			return indent + strings.ReplaceAll(text, "\n", indent)
		},
		"toJson": func(value any) (string, error) { text, err := json.Marshal(value); return string(text), err },
		"toYaml": func(value any) string { return strings.TrimPrefix(yaml(value, ""), "\n") },
	}
}

func integer(value any) int64 {
	number, _ := value.(float64)
	return int64(number)
}

var plain = regexp.MustCompile(`^[A-Za-z][\w./-]*$`)

// yaml writes a mapping or list in block style, below what comes before it; anything else in its line.
func yaml(value any, indent string) string {
	var text strings.Builder
	switch typed := value.(type) {
	case object:
		if len(typed) == 0 {
			return "{}"
		}
		keys := make([]string, 0, len(typed))
		for key := range typed {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			name := key
			if !plain.MatchString(key) {
				name = scalar(key)
			}
			text.WriteString("\n" + indent + name + ": " + yaml(typed[key], indent+"  "))
		}
	case []any:
		if len(typed) == 0 {
			return "[]"
		}
		for _, element := range typed {
			text.WriteString("\n" + indent + "- " + yaml(element, indent+"  "))
		}
	default:
		return scalar(value)
	}
	return text.String()
}

// A JSON scalar is one of YAML, too.
func scalar(value any) string {
	text, err := json.Marshal(value)
	check(err)
	return string(text)
}
