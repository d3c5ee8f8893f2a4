// Renders what it is asked for, line by line, as a long-running application would: JSON in, JSON out. For tests that stop px0
// meanwhile.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
)

type question struct {
	Slug      string   `json:"slug"`
	Variables px0.Vars `json:"variables"`
	Version   int      `json:"version"`
	Tag       string   `json:"tag"`
	Fallback  *string  `json:"fallback"`
	Contract  string   `json:"contract"`
	// Says also whether the result is stale, and how many milliseconds it took.
	Evidence bool `json:"evidence"`
}

type answer struct {
	Text    string `json:"text"`
	Source  string `json:"source"`
	Version int    `json:"version"`
	// Of a chat.
	Messages []map[string]any `json:"messages,omitempty"`
	Config   map[string]any   `json:"config,omitempty"`
	// Of variables that violate a contract.
	Contract *px0.ContractProblems `json:"contract,omitempty"`
	// Of a question that asks for evidence.
	Stale *bool    `json:"stale,omitempty"`
	Ms    *float64 `json:"ms,omitempty"`
}

type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
	// Of variables that violate a contract.
	Contract *px0.ContractProblems `json:"contract,omitempty"`
}

func main() {
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
		if err := out.Encode(render(client, asked)); err != nil {
			log.Fatal(err)
		}
	}
}

func render(client *px0.Client, asked question) any {
	var options []px0.RenderOption
	if asked.Version != 0 {
		options = append(options, px0.WithVersion(asked.Version))
	}
	if asked.Tag != "" {
		options = append(options, px0.WithTag(asked.Tag))
	}
	if asked.Fallback != nil {
		options = append(options, px0.WithFallback(*asked.Fallback))
	}
	if asked.Contract != "" {
		options = append(options, px0.WithContract(asked.Contract))
	}
	started := time.Now()
	result, err := client.Render(context.Background(), asked.Slug, asked.Variables, options...)
	if err != nil {
		return failure{Error: kindOf(err), Message: messageOf(err), Contract: problemsOf(err)}
	}
	took := float64(time.Since(started)) / float64(time.Millisecond)
	given := answer{
		Text: result.Text, Source: string(result.Source), Version: result.Version, Messages: result.Messages, Config: result.Config,
		Contract: result.Contract,
	}
	if asked.Evidence {
		given.Stale, given.Ms = &result.Stale, &took
	}
	return given
}

// What px0 said, if it did.
func messageOf(err error) string {
	var refused *px0.RefusedError
	if errors.As(err, &refused) {
		return refused.Message
	}
	return err.Error()
}

// What a refusal says of a contract, if it does.
func problemsOf(err error) *px0.ContractProblems {
	var refused *px0.RefusedError
	if !errors.As(err, &refused) || len(refused.Missing)+len(refused.Unknown)+len(refused.Invalid) == 0 {
		return nil
	}
	return &px0.ContractProblems{Missing: refused.Missing, Unknown: refused.Unknown, Invalid: refused.Invalid, More: refused.More}
}

func kindOf(err error) string {
	switch {
	case errors.Is(err, px0.ErrNotFound):
		return "not found"
	case errors.Is(err, px0.ErrUnauthorized):
		return "unauthorized"
	case errors.Is(err, px0.ErrInvalidRequest):
		return "invalid request"
	case errors.Is(err, px0.ErrUnreachable):
		return "unreachable"
	}
	return "another"
}
