#!/usr/bin/env bash
# openai-go 3.99.0 and anthropic-sdk-go 1.84.0 send a `json.Number` inside the JSON Schema of a tool as a text: `{"minimum":"1"}`. No error. An
# extra field at the top level is a number in openai-go and a text in anthropic-sdk-go. google.golang.org/genai 1.77.0 sends numbers.
#
# `json.Number` is what `Decoder.UseNumber` makes of a number to keep its digits, and encoding/json writes it back as a number. The two modules
# carry a copy of encoding/json with a type `Number` of its own; the Number of the standard library is a string to it like any other. A schema
# that was read with UseNumber therefore reaches the provider with limits that are texts.
#
# Run: one schema with `minimum` as json.Number and `maximum` as json.RawMessage, given to the three modules; a server on the loopback prints
# what arrives. Output with Go 1.26 (`go` must be installed):
expected='encoding/json: {"maximum":9,"minimum":1}
openai-go, schema of a tool: {"maximum":9,"minimum":"1"}
openai-go, extra field: 1
anthropic-sdk-go, schema of a tool: {"maximum":9,"minimum":"1"}
anthropic-sdk-go, extra field: "1"
genai, schema of a tool: {"maximum":9,"minimum":1}'

set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
mkdir "$folder/run"
cd "$folder/run"
export GOPATH=$folder/go GOFLAGS=-mod=mod
cat >go.mod <<'MOD'
module numbers

go 1.26

require (
	github.com/anthropics/anthropic-sdk-go v1.84.0
	github.com/openai/openai-go/v3 v3.99.0
	google.golang.org/genai v1.77.0
)
MOD
cat >main.go <<'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	"google.golang.org/genai"
)

type tool struct {
	Function struct {
		Parameters json.RawMessage `json:"parameters"`
	} `json:"function"`
	InputSchema struct {
		Properties json.RawMessage `json:"properties"`
	} `json:"input_schema"`
	FunctionDeclarations []struct {
		Schema json.RawMessage `json:"parametersJsonSchema"`
	} `json:"functionDeclarations"`
}

type request struct {
	Tools []tool          `json:"tools"`
	Extra json.RawMessage `json:"extra"`
}

var (
	ctx   = context.Background()
	limit = map[string]any{"minimum": json.Number("1"), "maximum": json.RawMessage("9")}
	extra = map[string]any{"extra": json.Number("1")}
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	arrived := request{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived = request{}
		must(json.NewDecoder(r.Body).Decode(&arrived))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()

	plain, err := json.Marshal(limit)
	must(err)
	fmt.Printf("encoding/json: %s\n", plain)

	openaiClient := openai.NewClient(openaioption.WithBaseURL(server.URL), openaioption.WithAPIKey("none"))
	chat := openai.ChatCompletionNewParams{
		Model:    "m",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hello")},
		Tools: []openai.ChatCompletionToolUnionParam{
			openai.ChatCompletionFunctionTool(openai.FunctionDefinitionParam{Name: "f", Parameters: limit}),
		},
	}
	chat.SetExtraFields(extra)
	_, err = openaiClient.Chat.Completions.New(ctx, chat)
	must(err)
	fmt.Printf("openai-go, schema of a tool: %s\n", arrived.Tools[0].Function.Parameters)
	fmt.Printf("openai-go, extra field: %s\n", arrived.Extra)

	anthropicClient := anthropic.NewClient(anthropicoption.WithBaseURL(server.URL), anthropicoption.WithAPIKey("none"))
	message := anthropic.MessageNewParams{
		Model:     "m",
		MaxTokens: 1,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Hello"))},
		Tools: []anthropic.ToolUnionParam{
			{OfTool: &anthropic.ToolParam{Name: "f", InputSchema: anthropic.ToolInputSchemaParam{Properties: limit}}},
		},
	}
	message.SetExtraFields(extra)
	_, err = anthropicClient.Messages.New(ctx, message)
	must(err)
	fmt.Printf("anthropic-sdk-go, schema of a tool: %s\n", arrived.Tools[0].InputSchema.Properties)
	fmt.Printf("anthropic-sdk-go, extra field: %s\n", arrived.Extra)

	genaiClient, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey:      "none",
		Backend:     genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: server.URL},
	})
	must(err)
	_, err = genaiClient.Models.GenerateContent(ctx, "m", genai.Text("Hello"), &genai.GenerateContentConfig{
		Tools: []*genai.Tool{{FunctionDeclarations: []*genai.FunctionDeclaration{{Name: "f", ParametersJsonSchema: limit}}}},
	})
	must(err)
	fmt.Printf("genai, schema of a tool: %s\n", arrived.Tools[0].FunctionDeclarations[0].Schema)
}
GO
go run . >output 2>run.log || { cat output run.log; exit 1; }
cat output
[[ $(<output) == "$expected" ]] || { echo 'one of the modules behaves differently now'; exit 1; }
