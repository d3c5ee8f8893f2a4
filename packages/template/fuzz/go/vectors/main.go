// Writes the results of test vectors, in place: for each case of a file, what its template gives for its data.
//
//	go run ./vectors ../../test/vectors/templates-*.json   everything but the results is kept
//	go run ./vectors -options ../../test/vectors/templates-options.json   makes the cases anew as well
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"px0.dev/template-fuzz/language"
)

// unicodeVersion is the one that the language has: a toolchain with another one maps letters differently.
const unicodeVersion = "15.0.0"

// vector is a case without its results. Raw parts are written as they were read: a decoder would lose lone surrogates, for one.
type vector struct {
	ID         string          `json:"id"`
	Template   json.RawMessage `json:"template"`
	Data       json.RawMessage `json:"data"`
	MissingKey string          `json:"missing_key"`
}

func (v vector) line() (string, error) {
	var template string
	var data map[string]any
	if err := errors.Join(json.Unmarshal(v.Template, &template), json.Unmarshal(v.Data, &data)); err != nil {
		return "", fmt.Errorf("%s: %w", v.ID, err)
	}
	var line strings.Builder
	field := func(name, value string) { fmt.Fprintf(&line, ",%s:%s", encode(name), value) }
	fmt.Fprintf(&line, `{"id":%s`, encode(v.ID))
	field("template", string(v.Template))
	field("data", string(v.Data))
	missingKey := "error"
	if v.MissingKey != "" {
		missingKey = v.MissingKey
		field("missing_key", encode(missingKey))
	}
	switch result := language.Run(template, data, missingKey); {
	case result.ParseError != "":
		field("parse_error", encode(text(result.ParseError)))
	case result.ExecError != "":
		field("exec_error", encode(text(result.ExecError)))
	default:
		output := string(result.Output)
		if utf8.ValidString(output) {
			field("output", encode(output))
			break
		}
		field("output", strings.ReplaceAll(encode(text(output)), "\ufffd", `\ufffd`))
		field("output_b64", encode(base64.StdEncoding.EncodeToString(result.Output)))
	}
	return line.String() + "}", nil
}

// text has U+FFFD for each byte that is not UTF-8.
func text(s string) string {
	return string([]rune(s))
}

// encode writes a text as JSON in which everything can be seen: control characters, line separators and byte-order marks are escaped.
func encode(s string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil {
		panic(err)
	}
	var encoded strings.Builder
	for _, r := range strings.TrimSuffix(out.String(), "\n") {
		if unicode.IsControl(r) || r == '\ufeff' {
			fmt.Fprintf(&encoded, `\u%04x`, r)
		} else {
			encoded.WriteRune(r)
		}
	}
	return encoded.String()
}

func write(path string, vectors []vector) error {
	lines := make([]string, len(vectors))
	seen := map[string]bool{}
	for i, each := range vectors {
		if seen[each.ID] {
			return fmt.Errorf("%s: there are two cases %s", path, each.ID)
		}
		seen[each.ID] = true
		line, err := each.line()
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		lines[i] = line
	}
	return os.WriteFile(path, []byte("[\n"+strings.Join(lines, ",\n")+"\n]\n"), 0o644)
}

func read(path string) ([]vector, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var vectors []vector
	err = json.Unmarshal(content, &vectors)
	return vectors, err
}

func run() error {
	options := flag.Bool("options", false, "write the cases for the missing-key options and px0's own functions to the file")
	flag.Parse()
	if unicode.Version != unicodeVersion {
		return fmt.Errorf("this Go has Unicode %s, and the vectors need %s", unicode.Version, unicodeVersion)
	}
	if flag.NArg() == 0 || *options && flag.NArg() > 1 {
		return errors.New("name the files to write; with -options just one")
	}
	for _, path := range flag.Args() {
		vectors := optionCases()
		if !*options {
			var err error
			if vectors, err = read(path); err != nil {
				return err
			}
		}
		if err := write(path, vectors); err != nil {
			return err
		}
		fmt.Printf("%s: %d cases\n", path, len(vectors))
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
