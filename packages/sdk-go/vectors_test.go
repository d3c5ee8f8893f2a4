package px0

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The vectors that the SDKs of all languages run. Outside of px0's repository there are none.
const vectors = "../template/test/vectors"

func readVectors(t *testing.T, name string, into any) {
	t.Helper()
	if _, err := os.Stat(vectors); errors.Is(err, os.ErrNotExist) {
		t.Skip("this module stands outside of px0's repository")
	}
	text, err := os.ReadFile(filepath.Join(vectors, name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

type wantedRequest struct {
	Request map[string]any
	Dropped []string
	Error   string
}

func TestEachProviderGetsWhatItTakes(t *testing.T) {
	var read []struct {
		ID     string
		Result struct {
			Slug     string
			Version  int
			Text     string
			Messages []map[string]any
			Config   map[string]any
		}
		OpenAI, Anthropic, Gemini wantedRequest
	}
	readVectors(t, "providers.json", &read)
	if len(read) < 60 {
		t.Fatalf("only %d cases", len(read))
	}
	for _, v := range read {
		r := v.Result
		result := Result{Slug: r.Slug, Version: r.Version, Text: r.Text, Messages: r.Messages, Config: r.Config}
		before := asText(result)
		for _, each := range []struct {
			name    string
			convert func(Result) (ProviderRequest, error)
			want    wantedRequest
		}{{"openai", ToOpenAI, v.OpenAI}, {"anthropic", ToAnthropic, v.Anthropic}, {"gemini", ToGemini, v.Gemini}} {
			made, err := each.convert(result)
			if err != nil {
				if got := strings.TrimPrefix(err.Error(), ErrUsage.Error()+": "); !errors.Is(err, ErrUsage) || got != each.want.Error {
					t.Errorf("%s %s: want the error %q, got %q", v.ID, each.name, each.want.Error, err)
				}
				continue
			}
			if got, want := asText(made.Request), asText(each.want.Request); each.want.Error != "" || got != want {
				t.Errorf("%s %s:\nwant %s%s\ngot  %s", v.ID, each.name, want, each.want.Error, got)
			}
			if !reflect.DeepEqual(made.Dropped, each.want.Dropped) {
				t.Errorf("%s %s: want %v dropped, got %v", v.ID, each.name, each.want.Dropped, made.Dropped)
			}
		}
		if asText(result) != before {
			t.Errorf("%s: the result has changed", v.ID)
		}
	}
}
