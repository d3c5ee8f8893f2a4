// Asks the providers by their own modules.
package main

import (
	"context"
	"encoding/json"

	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	anthropicparam "github.com/anthropics/anthropic-sdk-go/packages/param"
	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	openaiparam "github.com/openai/openai-go/v3/packages/param"
	"google.golang.org/genai"

	"github.com/px0/px0/packages/sdk-go/internal/asks"
)

func main() { asks.Serve(ask) }

func ask(provider, url string, request map[string]any) (string, error) {
	switch provider {
	case "openai":
		return askOpenAI(url, request)
	case "anthropic":
		return askAnthropic(url, request)
	}
	return askGemini(url, request)
}

func askOpenAI(url string, request map[string]any) (string, error) {
	client := openai.NewClient(openaioption.WithBaseURL(url+"/v1"), openaioption.WithAPIKey("none"))
	params := openaiparam.Override[openai.ChatCompletionNewParams](request)
	completion, err := client.Chat.Completions.New(context.Background(), params)
	if err != nil {
		return "", err
	}
	return completion.Choices[0].Message.Content, nil
}

func askAnthropic(url string, request map[string]any) (string, error) {
	client := anthropic.NewClient(anthropicoption.WithBaseURL(url), anthropicoption.WithAPIKey("none"))
	params := anthropicparam.Override[anthropic.MessageNewParams](request)
	message, err := client.Messages.New(context.Background(), params)
	if err != nil {
		return "", err
	}
	return message.Content[0].Text, nil
}

// askGemini takes the request apart into what the module's function takes.
func askGemini(url string, request map[string]any) (string, error) {
	var taken struct {
		Model    string
		Contents []*genai.Content
		Config   *genai.GenerateContentConfig
	}
	text, err := json.Marshal(request)
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(text, &taken); err != nil {
		return "", err
	}
	ctx := context.Background()
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey: "none", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: url},
	})
	if err != nil {
		return "", err
	}
	response, err := client.Models.GenerateContent(ctx, taken.Model, taken.Contents, taken.Config)
	if err != nil {
		return "", err
	}
	return response.Text(), nil
}
