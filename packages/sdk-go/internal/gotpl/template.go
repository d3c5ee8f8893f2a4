package gotpl

import (
	"fmt"
	"sync"
	"unicode/utf8"
)

// MissingKey says what a key does that a map does not have, as Go's option of that name.
type MissingKey string

const (
	// MissingKeyError ends the render.
	MissingKeyError MissingKey = "error"
	// MissingKeyDefault gives no value.
	MissingKeyDefault MissingKey = "default"
	// MissingKeyZero gives a null.
	MissingKeyZero MissingKey = "zero"
)

// Limits of a render.
type Limits struct {
	// Steps of work; docs/template-syntax.md says what takes how many.
	Steps int
	// Output is in bytes.
	Output int
	// Depth counts template calls inside one another.
	Depth int
}

// DefaultLimits are px0's own.
var DefaultLimits = Limits{Steps: 1_000_000, Output: 8 << 20, Depth: 100}

// mostSource is the size in bytes that px0 takes.
const mostSource = 524_288

// templateName is what error messages call the template.
const templateName = "prompt"

// Template can be rendered any number of times, also at once.
type Template struct {
	source string
	limits Limits
	main   *unit
	// The main template and those that it defines, by name.
	units map[string]*unit
	// Where the parts of a program come from.
	stretches []Stretch
	// Literals hold bytes that are not UTF-8.
	hasStrayBytes bool
}

// Compile makes a template of a text. The error is a *SyntaxError.
func Compile(text string, limits Limits) (*Template, error) {
	if len(text) > mostSource {
		return nil, &SyntaxError{Line: 1, message: fmt.Sprintf("template must be at most %d bytes", mostSource)}
	}
	source := wellFormed(text)
	trees, err := parseTrees(source)
	if err != nil {
		return nil, err
	}
	units, hasStrayBytes := planUnits(trees)
	return &Template{source: source, limits: limits, main: units[templateName], units: units, hasStrayBytes: hasStrayBytes}, nil
}

// CompileProgram makes a template of a text that px0 has linked from texts of an author. Errors of its renders speak of those. The error is a
// *SyntaxError, and speaks of the program.
func CompileProgram(text string, stretches []Stretch, limits Limits) (*Template, error) {
	made, err := Compile(text, limits)
	if err != nil {
		return nil, err
	}
	made.stretches = stretches
	return made, nil
}

// Render gives the text as UTF-8: bytes that are none, which only cutting characters or escapes such as "\xff" make, come out as U+FFFD.
// The error is an *ExecutionError. Variables are as encoding/json decodes them, so their texts are UTF-8; they are only read.
func (t *Template) Render(variables map[string]any, missingKey MissingKey) (string, error) {
	r := t.start(missingKey)
	defer r.release()
	if err := r.execute(t.main, variables); err != nil {
		return "", err
	}
	return r.textFrom(0), nil
}

// RenderUnits gives the text of each of these templates, which are all run with the variables as their data. They share one budget of steps
// and output, while the depth counts from each. A name without a template is an error.
func (t *Template) RenderUnits(names []string, variables map[string]any, missingKey MissingKey) ([]string, error) {
	r := t.start(missingKey)
	defer r.release()
	texts := make([]string, 0, len(names))
	for _, name := range names {
		planned := t.units[name]
		if planned == nil {
			return nil, fmt.Errorf("template: no template %s associated with template %s", quoted(name), quoted(templateName))
		}
		start := len(r.out)
		if err := r.execute(planned, variables); err != nil {
			return nil, err
		}
		texts = append(texts, r.textFrom(start))
	}
	return texts, nil
}

// RenderBytes gives the same text as its bytes, also those that are not UTF-8.
func (t *Template) RenderBytes(variables map[string]any, missingKey MissingKey) ([]byte, error) {
	r := t.start(missingKey)
	defer r.release()
	if err := r.execute(t.main, variables); err != nil {
		return nil, err
	}
	return append([]byte{}, r.out...), nil
}

// runs keeps the buffers of small renders for later ones.
var runs = sync.Pool{New: func() any { return new(run) }}

const (
	mostBytesKept = 64 << 10
	mostSlotsKept = 1 << 10
)

func (t *Template) start(missingKey MissingKey) *run {
	r, _ := runs.Get().(*run)
	*r = run{
		template: t, missingKey: missingKey, steps: t.limits.Steps, hasStrayBytes: t.hasStrayBytes,
		out: r.out[:0], stack: r.stack[:0],
	}
	return r
}

func (r *run) release() {
	if cap(r.out) > mostBytesKept || cap(r.stack) > mostSlotsKept {
		return
	}
	used := r.stack[:cap(r.stack)]
	clear(used)
	*r = run{out: r.out, stack: used}
	runs.Put(r)
}

// textFrom is the output since a place in it.
func (r *run) textFrom(start int) string {
	if r.hasStrayBytes {
		return wellFormed(string(r.out[start:]))
	}
	return string(r.out[start:])
}

func (r *run) execute(planned *unit, variables map[string]any) (err error) {
	defer func() {
		switch failure := recover().(type) {
		case nil:
		case *ExecutionError:
			err = failure
		default:
			panic(failure)
		}
	}()
	r.call(planned, variables)
	r.checkOutput(planned.site)
	return nil
}

// wellFormed replaces each byte that is not UTF-8.
func wellFormed(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	return string([]rune(text))
}
