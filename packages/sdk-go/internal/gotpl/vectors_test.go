package gotpl

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The vectors of px0's own template engine: what Go's text/template does, and for some of them what px0's limits and functions add.
const vectors = "../../../template/test/"

type vector struct {
	ID         string          `json:"id"`
	Template   string          `json:"template"`
	Data       json.RawMessage `json:"data"`
	MissingKey MissingKey      `json:"missing_key"`
	Limits     *struct {
		Steps  *int `json:"steps"`
		Output *int `json:"output"`
		Depth  *int `json:"depth"`
	} `json:"limits"`
	Output       *string `json:"output"`
	OutputBase64 *string `json:"output_b64"`
	ParseError   *string `json:"parse_error"`
	ExecError    *string `json:"exec_error"`
	Limit        *Limit  `json:"limit"`
	// The message of a limit.
	Error *string `json:"error"`
}

// readShared reads a file that the engines of all languages are tested with. It skips the test where the module stands outside of px0's
// repository, and fails it where a file alone is missing.
func readShared(t *testing.T, path ...string) []byte {
	t.Helper()
	if _, err := os.Stat(vectors); errors.Is(err, os.ErrNotExist) {
		t.Skip("this module stands outside of px0's repository")
	}
	text, err := os.ReadFile(filepath.Join(append([]string{vectors}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func readVectors(t *testing.T, name string) []vector {
	t.Helper()
	text := readShared(t, "vectors", name)
	var read []vector
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func (v vector) limits() Limits {
	limits := DefaultLimits
	if v.Limits == nil {
		return limits
	}
	for to, given := range map[*int]*int{&limits.Steps: v.Limits.Steps, &limits.Output: v.Limits.Output, &limits.Depth: v.Limits.Depth} {
		if given != nil {
			*to = *given
		}
	}
	return limits
}

func (v vector) data(t *testing.T) map[string]any {
	t.Helper()
	var data map[string]any
	if err := json.Unmarshal(v.Data, &data); err != nil {
		t.Fatal(v.ID, err)
	}
	for key, value := range data {
		data[key] = nested(value)
	}
	return data
}

// nested gives lists inside one another for {"$nest": 3}.
func nested(value any) any {
	dict, _ := value.(map[string]any)
	depth, isNested := dict["$nest"].(float64)
	if !isNested {
		return value
	}
	made := []any{}
	for range int(depth) - 1 {
		made = []any{made}
	}
	return made
}

func (v vector) check(t *testing.T) {
	t.Helper()
	compiled, err := Compile(v.Template, v.limits())
	if v.ParseError != nil || err != nil {
		v.expectError(t, v.ParseError, err)
		return
	}
	missingKey := v.MissingKey
	if missingKey == "" {
		missingKey = MissingKeyError
	}
	output, err := compiled.Render(v.data(t), missingKey)
	bytes, bytesErr := compiled.RenderBytes(v.data(t), missingKey)
	if (err == nil) != (bytesErr == nil) {
		t.Errorf("%s: %v, but as bytes %v", v.ID, err, bytesErr)
	}
	var failure *ExecutionError
	switch {
	case v.Limit != nil:
		if !errors.As(err, &failure) || failure.Limit != *v.Limit {
			t.Errorf("%s: %s\nwant the limit %s\ngot %q, %v", v.ID, v.Template, *v.Limit, output, err)
		} else if v.Error != nil {
			v.expectError(t, v.Error, err)
		}
	case v.ExecError != nil || err != nil:
		v.expectError(t, v.ExecError, err)
	case v.Output == nil || output != *v.Output:
		t.Errorf("%s: %s\nwant %v\ngot  %q", v.ID, v.Template, v.Output, output)
	case v.OutputBase64 != nil && base64.StdEncoding.EncodeToString(bytes) != *v.OutputBase64:
		t.Errorf("%s: want %s\ngot %q", v.ID, *v.OutputBase64, bytes)
	}
}

func (v vector) expectError(t *testing.T, want *string, got error) {
	t.Helper()
	if want == nil || got == nil || got.Error() != *want {
		wanted := "no error"
		if want != nil {
			wanted = *want
		}
		t.Errorf("%s: %s\nwant %s\ngot  %v", v.ID, v.Template, wanted, got)
	}
}

func TestVectors(t *testing.T) {
	for name, least := range map[string]int{
		"templates-authored.json": 1000, "templates-random.json": 1000, "templates-options.json": 100, "limits.json": 20,
	} {
		t.Run(name, func(t *testing.T) {
			read := readVectors(t, name)
			if len(read) < least {
				t.Fatalf("only %d cases", len(read))
			}
			for _, v := range read {
				v.check(t)
			}
		})
	}
}
