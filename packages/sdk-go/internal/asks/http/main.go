// Asks the providers by plain HTTP, as an application does that has none of their modules.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/px0/px0/packages/sdk-go/internal/asks"
)

func main() { asks.Serve(ask) }

type textAnswer struct {
	// OpenAI's.
	Choices []struct{ Message struct{ Content string } }
	// Anthropic's.
	Content []struct{ Text string }
	// Gemini's.
	Candidates []struct {
		Content struct{ Parts []struct{ Text string } }
	}
}

func ask(provider, url string, request map[string]any) (string, error) {
	switch provider {
	case "openai":
		answer, err := post(url+"/v1/chat/completions", request)
		if err != nil {
			return "", err
		}
		return answer.Choices[0].Message.Content, nil
	case "anthropic":
		answer, err := post(url+"/v1/messages", request)
		if err != nil {
			return "", err
		}
		return answer.Content[0].Text, nil
	}
	answer, err := post(fmt.Sprintf("%s/v1beta/models/%s:generateContent", url, request["model"]), geminiBody(request))
	if err != nil {
		return "", err
	}
	return answer.Candidates[0].Content.Parts[0].Text, nil
}

// geminiBody has some settings beside the messages, and all others as its generationConfig.
func geminiBody(request map[string]any) map[string]any {
	generation := map[string]any{}
	body := map[string]any{"contents": request["contents"], "generationConfig": generation}
	config, _ := request["config"].(map[string]any)
	for key, value := range config {
		switch key {
		case "systemInstruction", "tools", "toolConfig":
			body[key] = value
		default:
			generation[key] = value
		}
	}
	return body
}

func post(url string, body map[string]any) (textAnswer, error) {
	var answer textAnswer
	text, err := json.Marshal(body)
	if err != nil {
		return answer, err
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		return answer, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return answer, fmt.Errorf("%s answers %s", url, response.Status)
	}
	return answer, json.NewDecoder(response.Body).Decode(&answer)
}
