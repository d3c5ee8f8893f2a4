package px0otel

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// NewSpanProcessor makes a processor for sdktrace.WithSpanProcessor. It copies what a render has left on a span, the prompt and its version, to the
// spans within it, so that the call of a model has it, whatever instruments it.
//
// A processor can only add at the start of a span, when some instrumentations have not said yet that they call a model. So all spans get it but those
// that say that they are something else, such as a request by HTTP or to a database.
func NewSpanProcessor() sdktrace.SpanProcessor { return spanProcessor{} }

type spanProcessor struct{}

func (spanProcessor) OnStart(parent context.Context, span sdktrace.ReadWriteSpan) {
	above, isRecording := trace.SpanFromContext(parent).(sdktrace.ReadOnlySpan)
	if !isRecording {
		return
	}
	var carried []attribute.KeyValue
	for _, each := range above.Attributes() {
		if hasPrefix(each.Key, "gen_ai.prompt.", "px0.") {
			carried = append(carried, each)
		}
	}
	if len(carried) > 0 && mayLeadToModel(span) {
		span.SetAttributes(withoutOwn(carried, span.Attributes())...)
	}
}

func mayLeadToModel(span sdktrace.ReadOnlySpan) bool {
	isOther := false
	for _, each := range span.Attributes() {
		if hasPrefix(each.Key, "gen_ai.") {
			return true
		}
		isOther = isOther || hasPrefix(each.Key, "http.", "url.", "db.", "rpc.", "messaging.")
	}
	return !isOther
}

// withoutOwn: what the span says itself stays.
func withoutOwn(carried, own []attribute.KeyValue) []attribute.KeyValue {
	has := map[attribute.Key]bool{}
	for _, each := range own {
		has[each.Key] = true
	}
	var left []attribute.KeyValue
	for _, each := range carried {
		if !has[each.Key] {
			left = append(left, each)
		}
	}
	return left
}

func hasPrefix(key attribute.Key, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(string(key), prefix) {
			return true
		}
	}
	return false
}

func (spanProcessor) OnEnd(sdktrace.ReadOnlySpan) {}

func (spanProcessor) Shutdown(context.Context) error { return nil }

func (spanProcessor) ForceFlush(context.Context) error { return nil }
