// Package providers tests what px0.ToOpenAI, px0.ToAnthropic and px0.ToGemini give against the providers' own packages: a local server stands
// for the provider, and the test reads what reaches it. It is a module of its own, so that the SDK depends on none of them. Run it here by
// `go test ./...`.
package providers

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	anthropicparam "github.com/anthropics/anthropic-sdk-go/packages/param"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	openaiparam "github.com/openai/openai-go/v3/packages/param"
	"google.golang.org/genai"

	px0 "github.com/px0/px0/packages/sdk-go"
)

// The vectors that the SDKs of all languages run.
const vectors = "../../../template/test/vectors/providers.json"

type vector struct {
	ID     string
	Result struct {
		Slug     string
		Text     string
		Messages []map[string]any
		Config   json.RawMessage
	}
	OpenAI, Anthropic, Gemini struct{ Request map[string]any }
}

// result is what a render gives: its configuration has the numbers as they were written.
func (v vector) result(t *testing.T) px0.Result {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(v.Result.Config))
	decoder.UseNumber()
	result := px0.Result{Slug: v.Result.Slug, Text: v.Result.Text, Messages: v.Result.Messages}
	if err := decoder.Decode(&result.Config); err != nil {
		t.Fatal(v.ID, err)
	}
	return result
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	text, err := os.ReadFile(vectors)
	if err != nil {
		t.Fatal(err)
	}
	var read []vector
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// provider is a server that takes every request for a good one, and remembers the last.
type provider struct {
	*httptest.Server
	body []byte
}

func newProvider(t *testing.T, answer string) *provider {
	p := &provider{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.body, _ = io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, answer)
	}))
	t.Cleanup(p.Close)
	return p
}

// received is what the last request held.
func (p *provider) received(t *testing.T) map[string]any {
	t.Helper()
	return decoded(t, p.body)
}

func decoded(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	wanted, received := encoded(t, want), encoded(t, got)
	if !reflect.DeepEqual(decoded(t, []byte(`{"x":`+string(wanted)+`}`)), decoded(t, []byte(`{"x":`+string(received)+`}`))) {
		t.Errorf("%s:\nwant %s\ngot  %s", what, wanted, received)
	}
}

func TestOpenAIReceivesTheRequest(t *testing.T) {
	server := newProvider(t, `{"choices":[]}`)
	client := openai.NewClient(openaioption.WithBaseURL(server.URL), openaioption.WithAPIKey("none"))
	sent := 0
	for _, v := range readVectors(t) {
		made, err := px0.ToOpenAI(v.result(t))
		if err != nil {
			continue
		}
		sent++
		params := openaiparam.Override[openai.ChatCompletionNewParams](made.Request)
		if _, err := client.Chat.Completions.New(context.Background(), params); err != nil {
			t.Fatal(v.ID, err)
		}
		same(t, v.ID, server.received(t), v.OpenAI.Request)
	}
	expectMany(t, sent)
}

func TestAnthropicReceivesTheRequest(t *testing.T) {
	server := newProvider(t, `{"content":[]}`)
	client := anthropic.NewClient(anthropicoption.WithBaseURL(server.URL), anthropicoption.WithAPIKey("none"))
	sent := 0
	for _, v := range readVectors(t) {
		made, err := px0.ToAnthropic(v.result(t))
		if err != nil {
			continue
		}
		sent++
		params := anthropicparam.Override[anthropic.MessageNewParams](made.Request)
		if _, err := client.Messages.New(context.Background(), params); err != nil {
			t.Fatal(v.ID, err)
		}
		same(t, v.ID, server.received(t), v.Anthropic.Request)
	}
	expectMany(t, sent)
}

// geminiRequest takes the request apart into what the package's function takes.
type geminiRequest struct {
	Model    string                       `json:"model"`
	Contents []*genai.Content             `json:"contents"`
	Config   *genai.GenerateContentConfig `json:"config"`
}

func TestGeminiReceivesTheRequest(t *testing.T) {
	server := newProvider(t, `{"candidates":[]}`)
	client, err := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey: "none", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: server.URL},
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for _, v := range readVectors(t) {
		made, err := px0.ToGemini(v.result(t))
		if err != nil {
			continue
		}
		var request geminiRequest
		if err := json.Unmarshal(encoded(t, made.Request), &request); err != nil {
			t.Error(v.ID, err)
			continue
		}
		sent++
		if request.Model == "" {
			request.Model = "any"
		}
		if _, err := client.Models.GenerateContent(context.Background(), request.Model, request.Contents, request.Config); err != nil {
			t.Error(v.ID, err)
			continue
		}
		received, _ := withoutEmpty(server.received(t)).(map[string]any)
		wanted, _ := withoutEmpty(v.Gemini.Request).(map[string]any)
		same(t, v.ID+" contents", received["contents"], wanted["contents"])
		config, _ := wanted["config"].(map[string]any)
		generation := map[string]any{}
		for key, value := range config {
			switch key {
			case "systemInstruction":
				same(t, v.ID+" "+key, received[key], map[string]any{"role": "user", "parts": value.(map[string]any)["parts"]})
			case "tools", "toolConfig":
				same(t, v.ID+" "+key, received[key], value)
			default:
				generation[key] = value
			}
		}
		if len(generation) > 0 {
			same(t, v.ID+" generationConfig", received["generationConfig"], generation)
		}
	}
	expectMany(t, sent)
}

// withoutEmpty leaves out what the package leaves out: its structs know no difference between an empty value and nothing. Data become the
// base64 that encoding/json writes.
func withoutEmpty(value any) any {
	switch value := value.(type) {
	case map[string]any:
		made := map[string]any{}
		for key, each := range value {
			if kept := withoutEmpty(each); kept != nil {
				made[key] = kept
			}
		}
		if len(made) == 0 {
			return nil
		}
		if data, isText := made["data"].(string); isText {
			decoded, _ := base64.StdEncoding.DecodeString(data)
			made["data"] = base64.StdEncoding.EncodeToString(decoded)
		}
		return made
	case []any:
		if len(value) == 0 {
			return nil
		}
		made := []any{}
		for _, each := range value {
			made = append(made, withoutEmpty(each))
		}
		return made
	}
	if value == "" || value == false {
		return nil
	}
	return value
}

func expectMany(t *testing.T, sent int) {
	t.Helper()
	if sent < 40 {
		t.Fatalf("only %d requests", sent)
	}
}
