package px0

import (
	"context"
	"errors"
	"fmt"
	"strconv"
)

// Observer sees what a client does. The module sdk-go/otel has one for OpenTelemetry; New takes it by WithObserver. It is called by the goroutines
// that render, so it must be quick. Its panics are warnings, and renders go on.
type Observer interface {
	// Render is called when a render begins. The render goes on with the context that it returns, and calls end, which must not be nil, at its end.
	Render(ctx context.Context, slug string) (inside context.Context, end func(Result, error))
	// Watch is called once, by New, for a client that holds prompts: status tells at any moment how it is. stop, which may be nil, is called when the
	// client is closed.
	Watch(status func() Status) (stop func())
}

// WithObserver has an observer see what the client does; default: none.
func WithObserver(observer Observer) Option {
	return optionFunc(func(s *settings) error {
		if s.observer = observer; observer == nil {
			return usageError("the observer is nil")
		}
		return nil
	})
}

// beginObserved tells the observer of a render.
func (c *Client) beginObserved(ctx context.Context, slug string) (inside context.Context, end func(Result, error)) {
	// For an observer that panics.
	inside = ctx
	c.guarded(func() {
		begun, ended := c.settings.observer.Render(ctx, slug)
		inside, end = begun, ended
	})
	return inside, end
}

func (c *Client) endObserved(end func(Result, error), result Result, err error) {
	if end != nil {
		c.guarded(func() { end(result, err) })
	}
}

func (c *Client) watch(observer Observer) {
	c.guarded(func() { c.stopObserving = observer.Watch(c.Status) })
}

func (c *Client) endWatch() {
	if c.stopObserving != nil {
		c.guarded(c.stopObserving)
	}
}

// guarded: what goes wrong in an observer fails nothing.
func (c *Client) guarded(call func()) {
	defer func() {
		if failure := recover(); failure != nil {
			c.settings.warn(fmt.Sprintf("the observer panicked: %v", failure))
		}
	}()
	call()
}

// The attributes of a render, as OpenTelemetry's conventions for generative AI name them, and px0's own.
const (
	AttributePromptName    = "gen_ai.prompt.name"
	AttributePromptVersion = "gen_ai.prompt.version"
	AttributePromptID      = "px0.prompt.id"
	AttributeSource        = "px0.source"
	AttributeRevision      = "px0.revision"
	AttributeStale         = "px0.stale"
	// AttributeAge is in whole milliseconds.
	AttributeAge = "px0.age_ms"
	// AttributeOutcome is of metrics only: see Outcome.
	AttributeOutcome = "px0.outcome"
)

// Attributes describes the result for a span of yours, by OpenTelemetry's names: texts, an int64 and a bool. What is not known is absent. The
// variables and the text are never in it.
func (r Result) Attributes() map[string]any {
	attributes := map[string]any{
		AttributePromptName: r.Slug, AttributeSource: string(r.Source), AttributeStale: r.Stale,
	}
	if r.Source != SourceFallback {
		attributes[AttributeAge] = r.Age.Milliseconds()
	}
	if r.Version != 0 {
		attributes[AttributePromptVersion] = strconv.Itoa(r.Version)
	}
	for name, text := range map[string]string{AttributePromptID: r.PromptID, AttributeRevision: r.Revision} {
		if text != "" {
			attributes[name] = text
		}
	}
	return attributes
}

// Outcome says in one word how a render ended: "ok", "not_found", "invalid", "refused", "unreachable", and else "error". It is for metrics: the words of
// an error may hold the value of a variable.
func Outcome(err error) string {
	if err == nil {
		return "ok"
	}
	for _, each := range []struct {
		err  error
		word string
	}{
		{ErrNotFound, "not_found"}, {ErrInvalidRequest, "invalid"}, {ErrTemplate, "invalid"}, {ErrRefused, "refused"},
		{ErrUnreachable, "unreachable"},
	} {
		if errors.Is(err, each.err) {
			return each.word
		}
	}
	return "error"
}
