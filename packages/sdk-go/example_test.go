package px0_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"github.com/px0/px0/packages/sdk-go/api"
)

// PX0_HOST and PX0_ACCESS_TOKEN say where px0 is and who asks.
func ExampleClient_Render() {
	client, err := px0.New()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	result, err := client.Render(context.Background(), "greeting", px0.Vars{"name": "Ada"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Text, result.Source)
	// Output: Hello, Ada! live
}

// A version by its number, instead of the live one.
func ExampleWithVersion() {
	client, err := px0.New()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	result, err := client.Render(context.Background(), "greeting", px0.Vars{"name": "Ada"}, px0.WithVersion(1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Text, result.Version)
	// Output: Hello, Ada! 1
}

// A call with a fallback is answered though px0 is away.
func ExampleWithFallback() {
	client, err := px0.New(px0.WithHost("http://127.0.0.1:1"), px0.WithTimeout(time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	result, err := client.Render(context.Background(), "greeting", px0.Vars{"guests": []string{"Ada", "Grace"}},
		px0.WithFallback(`Hello {{join " and " .guests}}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Text, result.Source, errors.Is(result.Cause, px0.ErrUnreachable))
	// Output: Hello Ada and Grace fallback true
}

// A chat becomes the request of a provider. Here px0 is away, and a fallback stands in for the chat.
func ExampleToOpenAI() {
	client, err := px0.New(px0.WithHost("http://127.0.0.1:1"), px0.WithTimeout(time.Second))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	chat := px0.FallbackChat{
		Messages: []px0.FallbackMessage{
			{Role: "system", Content: "You are a patient tutor."},
			{Placeholder: "history"},
			{Role: "user", Template: "{{.question}}"},
		},
		Config: map[string]any{"model": "gpt-x", "max_tokens": 500},
	}
	history := []any{map[string]any{"role": "user", "content": "Hi"}, map[string]any{"role": "assistant", "content": "Hello!"}}
	variables := px0.Vars{"question": "Why is the sky blue?", "history": history}
	result, err := client.Render(context.Background(), "tutor", variables, px0.WithFallbackChat(chat))
	if err != nil {
		log.Fatal(err)
	}
	made, err := px0.ToOpenAI(result)
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.MarshalIndent(made.Request, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output:
	// {
	//   "max_completion_tokens": 500,
	//   "messages": [
	//     {
	//       "content": "You are a patient tutor.",
	//       "role": "system"
	//     },
	//     {
	//       "content": "Hi",
	//       "role": "user"
	//     },
	//     {
	//       "content": "Hello!",
	//       "role": "assistant"
	//     },
	//     {
	//       "content": "Why is the sky blue?",
	//       "role": "user"
	//     }
	//   ],
	//   "model": "gpt-x"
	// }
}

// A template is rendered without px0, and gives what px0 would give.
func ExampleCompileTemplate() {
	template, err := px0.CompileTemplate(`Hello {{join " and " .guests | upper}}!`)
	if err != nil {
		log.Fatal(err)
	}
	text, err := template.Render(px0.Vars{"guests": []any{"Ada", "Grace"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
	_, err = template.Render(px0.Vars{})
	fmt.Println(err)
	// Output:
	// Hello ADA AND GRACE!
	// template: prompt:1:21: executing "prompt" at <.guests>: map has no entry for key "guests"
}

// The complete API, as it is generated from its description.
func Example_api() {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: os.Getenv("PX0_HOST")}}
	apiClient := api.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), api.ContextAccessToken, os.Getenv("PX0_ACCESS_TOKEN"))

	request := api.RenderRequest{Variables: map[string]any{"name": "Ada"}}
	response, _, err := apiClient.PromptRendersAPI.RenderLive(ctx, "greeting").RenderRequest(request).Execute()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Rendered, response.Version)
	// Output: Hello, Ada! 1
}

func ExampleForTests() {
	client, err := px0.ForTests(map[string]any{"greeting": "Hello, {{.name}}!"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	changes := make(chan px0.Change)
	client.OnChange("greeting", func(change px0.Change) { changes <- change })
	if err := client.Set("greeting", "Hi, {{.name}}!"); err != nil {
		fmt.Println(err)
		return
	}
	change := <-changes
	result, err := client.Render(context.Background(), "greeting", px0.Vars{"name": "Ada"})
	fmt.Println(change.Kind, change.After.Live, result, err)
	// Output: live 2 Hi, Ada! <nil>
}
