package px0otel

import (
	"context"
	"slices"
	"strings"

	px0 "github.com/px0/px0/packages/sdk-go"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// ofRender are the attributes of a render. No others are copied: what else begins with gen_ai.prompt. may be content.
var ofRender = []attribute.Key{
	px0.AttributePromptName, px0.AttributePromptVersion, px0.AttributePromptID, px0.AttributeSource, px0.AttributeRevision,
	px0.AttributeStale, px0.AttributeAge,
}

// scopeOfHTTP makes spans that say only later that they are requests.
const scopeOfHTTP = "go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"

// NewSpanProcessor makes a processor for sdktrace.WithSpanProcessor. It copies what a render has left on a span, the prompt and its version, to the
// spans within it, so that the call of a model has it, whatever instruments it.
//
// A processor can only add at the start of a span, when some instrumentations have not said yet that they call a model. So all spans of the kinds
// internal and client get it but those that say that they are something else, such as a request by HTTP or to a database.
// See docs/decisions/197-opentelemetry-without-a-dependency.md.
func NewSpanProcessor() sdktrace.SpanProcessor { return spanProcessor{} }

type spanProcessor struct{}

func (spanProcessor) OnStart(parent context.Context, span sdktrace.ReadWriteSpan) {
	above, isReadable := trace.SpanFromContext(parent).(sdktrace.ReadOnlySpan)
	if !isReadable {
		return
	}
	carried := carriedBy(above.Attributes())
	if len(carried) == 0 {
		return
	}
	own := span.Attributes()
	if leadsToModel(span, own) {
		span.SetAttributes(slices.DeleteFunc(carried, func(each attribute.KeyValue) bool { return has(own, each.Key) })...)
	}
}

// carriedBy gives what a render has said; nothing where none was made.
func carriedBy(attributes []attribute.KeyValue) []attribute.KeyValue {
	var carried []attribute.KeyValue
	for _, each := range attributes {
		// An empty text stands for what is not known.
		if slices.Contains(ofRender, each.Key) && (each.Value.Type() != attribute.STRING || each.Value.AsString() != "") {
			carried = append(carried, each)
		}
	}
	if !has(carried, px0.AttributePromptName) {
		return nil
	}
	return carried
}

// leadsToModel tells whether a span calls a model, or may do so within it.
func leadsToModel(span sdktrace.ReadOnlySpan, own []attribute.KeyValue) bool {
	if span.Name() == spanOfRender {
		return false
	}
	isOther := false
	for _, each := range own {
		if hasPrefix(each.Key, "gen_ai.") {
			return true
		}
		isOther = isOther || hasPrefix(each.Key, "http.", "url.", "db.", "rpc.", "messaging.")
	}
	kind := span.SpanKind()
	return !isOther && (kind == trace.SpanKindInternal || kind == trace.SpanKindClient) && span.InstrumentationScope().Name != scopeOfHTTP
}

func has(attributes []attribute.KeyValue, key attribute.Key) bool {
	return slices.ContainsFunc(attributes, func(each attribute.KeyValue) bool { return each.Key == key })
}

func hasPrefix(key attribute.Key, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(string(key), prefix) })
}

func (spanProcessor) OnEnd(sdktrace.ReadOnlySpan) {}

func (spanProcessor) Shutdown(context.Context) error { return nil }

func (spanProcessor) ForceFlush(context.Context) error { return nil }
