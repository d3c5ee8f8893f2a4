// Renders templates and judges variables line by line, JSON in, JSON out, by the SDK's own engine. For tests that compare it with px0's.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"log"
	"os"
	"unicode/utf8"

	"github.com/px0/px0/packages/sdk-go/internal/contract"
	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

type question struct {
	// The data is judged by it, and nothing rendered.
	Schema     map[string]any   `json:"schema"`
	Template   string           `json:"template"`
	Data       map[string]any   `json:"data"`
	MissingKey gotpl.MissingKey `json:"missing_key"`
	// Of a program.
	Sources []stretch `json:"sources"`
	// Rendered instead of the whole.
	Units []string `json:"units"`
	// Absent ones are px0's own.
	Limits struct {
		Steps  *int `json:"steps"`
		Output *int `json:"output"`
		Depth  *int `json:"depth"`
	} `json:"limits"`
}

type answer struct {
	// One of these is there.
	Output     *string   `json:"output,omitempty"`
	Outputs    *[]string `json:"outputs,omitempty"`
	ParseError *string   `json:"parse_error,omitempty"`
	ExecError  *string   `json:"exec_error,omitempty"`
	// The bytes of an output that is not UTF-8, unless it is a program's.
	OutputBase64 []byte `json:"output_b64,omitempty"`
	// Of an error: the limit that was reached.
	Limit gotpl.Limit `json:"limit,omitempty"`
}

type verdict struct {
	Accepted bool   `json:"accepted,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Header   string `json:"header,omitempty"`
}

func main() {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	decoder := json.NewDecoder(lines)
	for decoder.More() {
		asked := question{MissingKey: gotpl.MissingKeyError}
		if err := decoder.Decode(&asked); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(asked.answer()); err != nil {
			log.Fatal(err)
		}
	}
}

func (q question) answer() any {
	if q.Schema == nil {
		return render(q)
	}
	violation := contract.Compile(q.Schema).Judge(q.Data, q.MissingKey == gotpl.MissingKeyError)
	if violation == nil {
		return verdict{Accepted: true}
	}
	return verdict{Detail: violation.Detail, Header: violation.Header}
}

func render(asked question) answer {
	limits := gotpl.DefaultLimits
	set(&limits.Steps, asked.Limits.Steps)
	set(&limits.Output, asked.Limits.Output)
	set(&limits.Depth, asked.Limits.Depth)
	compiled, err := asked.compile(limits)
	if err != nil {
		message := err.Error()
		return answer{ParseError: &message}
	}
	if asked.Units != nil {
		outputs, err := compiled.RenderUnits(asked.Units, asked.Data, asked.MissingKey)
		if err != nil {
			return failed(err)
		}
		return answer{Outputs: &outputs}
	}
	bytes, err := compiled.RenderBytes(asked.Data, asked.MissingKey)
	if err != nil {
		return failed(err)
	}
	output := string([]rune(string(bytes)))
	made := answer{Output: &output}
	if asked.Sources == nil && !utf8.Valid(bytes) {
		made.OutputBase64 = bytes
	}
	return made
}

func (q question) compile(limits gotpl.Limits) (*gotpl.Template, error) {
	if q.Sources == nil {
		return gotpl.Compile(q.Template, limits)
	}
	stretches := make([]gotpl.Stretch, len(q.Sources))
	for i, source := range q.Sources {
		stretches[i] = gotpl.Stretch(source)
	}
	return gotpl.CompileProgram(q.Template, stretches, limits)
}

func failed(err error) answer {
	message := err.Error()
	made := answer{ExecError: &message}
	var failure *gotpl.ExecutionError
	if errors.As(err, &failure) {
		made.Limit = failure.Limit
	}
	return made
}

// stretch is written as a list.
type stretch gotpl.Stretch

func (s *stretch) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&s.Source, &s.At, &s.Length, &s.From})
}

func set(to *int, given *int) {
	if given != nil {
		*to = *given
	}
}
