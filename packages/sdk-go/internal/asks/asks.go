// Package asks is an application that asks the providers of models, for tests: it renders what it is asked for, hands it over and gives the
// answer, line by line, JSON in and JSON out. Its argument is the path of a snapshot file.
package asks

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"os"

	px0 "github.com/px0/px0/packages/sdk-go"
)

type question struct {
	Slug      string   `json:"slug"`
	Variables px0.Vars `json:"variables"`
	Provider  string   `json:"provider"`
	URL       string   `json:"url"`
}

type answer struct {
	Answer  string   `json:"answer,omitempty"`
	Dropped []string `json:"dropped"`
	Error   string   `json:"error,omitempty"`
}

var handOvers = map[string]func(px0.Result) (px0.ProviderRequest, error){
	"openai": px0.ToOpenAI, "anthropic": px0.ToAnthropic, "gemini": px0.ToGemini,
}

// Ask sends a request to a provider at a URL, and gives the text of its answer.
type Ask func(provider, url string, request map[string]any) (string, error)

// Serve answers questions until there are no more.
func Serve(ask Ask) {
	client, err := px0.New(px0.WithSnapshotFile(os.Args[1]))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	lines := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(answerTo(client, asked, ask)); err != nil {
			log.Fatal(err)
		}
	}
}

func answerTo(client *px0.Client, asked question, ask Ask) answer {
	result, err := client.Render(context.Background(), asked.Slug, asked.Variables)
	if err != nil {
		return answer{Error: err.Error()}
	}
	made, err := handOvers[asked.Provider](result)
	if err != nil {
		return answer{Error: err.Error()}
	}
	text, err := ask(asked.Provider, asked.URL, made.Request)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Answer: text, Dropped: made.Dropped}
}
