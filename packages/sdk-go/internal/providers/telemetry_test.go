package providers

import (
	"context"
	"net/http"
	"testing"

	"github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	px0 "github.com/px0/px0/packages/sdk-go"
	px0otel "github.com/px0/px0/packages/sdk-go/otel"
)

// An application that traces its calls of a model by hand, as there is no library of OpenTelemetry's for Go that does, and the requests by otelhttp.
func TestTheSpanOfAModelsCallNamesThePrompt(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	tracers := trace.NewTracerProvider(trace.WithSpanProcessor(px0otel.NewSpanProcessor()), trace.WithSpanProcessor(spans))
	tracer := tracers.Tracer("application")
	observer, err := px0otel.NewObserver(px0otel.WithTracerProvider(tracers))
	if err != nil {
		t.Fatal(err)
	}
	server := newProvider(t, `{"rendered":"Hello Ada","version":7,"slug":"greeting","tags":[]}`)
	prompts, err := px0.New(px0.WithHost(server.URL), px0.WithAccessToken("none"), px0.WithoutCache(), px0.WithObserver(observer))
	if err != nil {
		t.Fatal(err)
	}
	defer prompts.Close()
	traced := &http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport, otelhttp.WithTracerProvider(tracers))}
	client := openai.NewClient(openaioption.WithBaseURL(newProvider(t, `{"choices":[]}`).URL), openaioption.WithAPIKey("none"),
		openaioption.WithHTTPClient(traced))

	ctx, request := tracer.Start(context.Background(), "request")
	result, err := prompts.Render(ctx, "greeting", px0.Vars{"name": "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, call := tracer.Start(ctx, "chat")
	params := openai.ChatCompletionNewParams{Model: "gpt-x", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(result.Text)}}
	if _, err := client.Chat.Completions.New(ctx, params); err != nil {
		t.Fatal(err)
	}
	// Some libraries say only now what it was.
	call.SetAttributes(attribute.String("gen_ai.request.model", "gpt-x"))
	call.End()
	request.End()

	named := map[string]string{"gen_ai.prompt.name": "greeting", "gen_ai.prompt.version": "7", "px0.source": "live"}
	wanted := map[string]map[string]string{"request": named, "chat": named, "HTTP POST": {}}
	got := map[string]map[string]string{}
	for _, span := range spans.Ended() {
		named := map[string]string{}
		for _, each := range span.Attributes() {
			switch each.Key {
			case px0.AttributePromptName, px0.AttributePromptVersion, px0.AttributeSource:
				named[string(each.Key)] = each.Value.AsString()
			}
		}
		got[span.Name()] = named
	}
	same(t, "spans", got, wanted)
}
