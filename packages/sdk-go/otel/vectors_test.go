package px0otel

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// vector is a case that the SDKs share: packages/delivery/test/vectors/README.md.
type vector struct {
	ID     string
	Render *struct {
		Slug, Source string
		Version      int
		PromptID     string `json:"prompt_id"`
		Revision     string
		Stale        bool
		AgeMs        int64 `json:"age_ms"`
	}
	Attributes map[string]any
	Error      string
	Status     int
	Outcome    string
	Parent     map[string]any
	Span       struct {
		Name, Kind string
		Attributes map[string]any
	}
	Started map[string]any
}

var kinds = map[string]trace.SpanKind{
	"internal": trace.SpanKindInternal, "client": trace.SpanKindClient, "server": trace.SpanKindServer,
	"producer": trace.SpanKindProducer, "consumer": trace.SpanKindConsumer,
}

func TestVectors(t *testing.T) {
	text, err := os.ReadFile("../../delivery/test/vectors/telemetry.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors) == 0 {
		t.Fatal("there are no vectors: ", err)
	}
	for _, v := range vectors {
		t.Run(v.ID, func(t *testing.T) {
			switch {
			case v.Render != nil:
				result := px0.Result{
					Text: "Hello", Slug: v.Render.Slug, Source: px0.Source(v.Render.Source), Version: v.Render.Version,
					PromptID: v.Render.PromptID, Revision: v.Render.Revision, Stale: v.Render.Stale,
					Age: time.Duration(v.Render.AgeMs) * time.Millisecond,
				}
				same(t, textsOf(attributesOf(result)), v.Attributes)
				same(t, result.Attributes(), v.Attributes)
			case v.Error != "":
				if outcome := px0.Outcome(errorOf(t, v)); outcome != v.Outcome {
					t.Errorf("the outcome is %s, and not %s", outcome, v.Outcome)
				}
			default:
				same(t, started(v), v.Started)
			}
		})
	}
}

// errorOf gives the error that has this name in TypeScript and Python.
func errorOf(t *testing.T, v vector) error {
	if v.Status != 0 {
		return &px0.RefusedError{Status: v.Status, Message: "words"}
	}
	switch v.Error {
	case "UnreachableError":
		return &px0.UnreachableError{Message: "words"}
	case "TemplateError":
		return fmt.Errorf("%w: words", px0.ErrTemplate)
	case "UsageError":
		return fmt.Errorf("%w: words", px0.ErrUsage)
	}
	t.Fatalf("%s is not known", v.Error)
	return nil
}

// started gives the attributes of a span below another.
func started(v vector) map[string]any {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(NewSpanProcessor()), sdktrace.WithSpanProcessor(recorder))
	tracer := provider.Tracer("vectors")
	ctx, _ := tracer.Start(context.Background(), "above", trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(keyed(v.Parent)...))
	_, span := tracer.Start(ctx, v.Span.Name, trace.WithSpanKind(kinds[v.Span.Kind]), trace.WithAttributes(keyed(v.Span.Attributes)...))
	span.End()
	return textsOf(recorder.Ended()[0].Attributes())
}

func keyed(attributes map[string]any) []attribute.KeyValue {
	var made []attribute.KeyValue
	for key, value := range attributes {
		switch value := value.(type) {
		case string:
			made = append(made, attribute.String(key, value))
		case bool:
			made = append(made, attribute.Bool(key, value))
		case float64:
			made = append(made, attribute.Int64(key, int64(value)))
		}
	}
	return made
}

func textsOf(attributes []attribute.KeyValue) map[string]any {
	made := map[string]any{}
	for _, each := range attributes {
		made[string(each.Key)] = each.Value.AsInterface()
	}
	return made
}

// same compares as texts: JSON knows one kind of number.
func same(t *testing.T, got, want map[string]any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, and not %v", got, want)
	}
}
