package px0

import (
	"fmt"
	"slices"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// fallback makes a text or a chat from variables and the call's missing-key option, which is empty when the call has none.
type fallback func(variables map[string]any, missingKey string) (rendition, error)

// FallbackMessage is one message of a chat that stands in for px0's, or a placeholder for messages from a variable. A message has a role, and
// either a text or a template; a placeholder has only its name. As in px0, a message that renders to nothing is left out.
type FallbackMessage struct {
	// Role is "system", "user" or "assistant".
	Role string
	// Text is used as it is.
	Text string
	// Template is in px0's language.
	Template string
	// Placeholder names the variable that holds a list of messages, which are used as they are.
	Placeholder string
}

// templateFallback: a broken template is found when it is given, not in the outage.
func templateFallback(slug, source string) (fallback, error) {
	made, err := CompileTemplate(source)
	if err != nil {
		return nil, usageError("the fallback of %s is not a valid template: %v", slug, err)
	}
	return func(variables map[string]any, missingKey string) (rendition, error) {
		text, err := made.renderDecoded(variables, missingKeyInFallback(missingKey))
		if err != nil {
			return rendition{}, fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return rendition{text: text}, nil
	}, nil
}

// missingKeyInFallback: a fallback is there to answer, so a key that the variables lack counts as nil.
func missingKeyInFallback(asked string) gotpl.MissingKey {
	if asked == "" {
		return gotpl.MissingKeyDefault
	}
	return gotpl.MissingKey(asked)
}

// chatFallback: what is broken is found when it is given, as with a template.
func chatFallback(slug string, messages []FallbackMessage) (fallback, error) {
	if len(messages) == 0 {
		return nil, usageError("the fallback of %s has no messages", slug)
	}
	compiled := make([]*Template, len(messages))
	for i, message := range messages {
		if err := message.check(slug, i); err != nil {
			return nil, err
		}
		if message.Template == "" {
			continue
		}
		made, err := CompileTemplate(message.Template)
		if err != nil {
			return nil, usageError("message %d of the fallback of %s is not a valid template: %v", i, slug, err)
		}
		compiled[i] = made
	}
	messages = slices.Clone(messages)
	return func(variables map[string]any, missingKey string) (rendition, error) {
		made, err := renderFallback(messages, compiled, variables, missingKeyInFallback(missingKey))
		if err != nil {
			return rendition{}, fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return rendition{text: transcriptOf(made), messages: made}, nil
	}, nil
}

func (m FallbackMessage) check(slug string, number int) error {
	kinds := 0
	for _, given := range []string{m.Text, m.Template, m.Placeholder} {
		if given != "" {
			kinds++
		}
	}
	hasRole := m.Role == "system" || m.Role == "user" || m.Role == "assistant"
	switch {
	case kinds != 1:
		return usageError("message %d of the fallback of %s needs one of Text, Template and Placeholder", number, slug)
	case m.Placeholder == "" && !hasRole:
		return usageError("the role of message %d of the fallback of %s must be system, user or assistant", number, slug)
	case m.Placeholder != "" && m.Role != "":
		return usageError("message %d of the fallback of %s is a placeholder, which has no role", number, slug)
	}
	return nil
}

func renderFallback(
	messages []FallbackMessage, compiled []*Template, variables map[string]any, missingKey gotpl.MissingKey,
) ([]map[string]any, error) {
	made := []map[string]any{}
	for i, message := range messages {
		if message.Placeholder != "" {
			given, err := messagesOf(variables, message.Placeholder, false)
			if err != nil {
				return nil, err
			}
			made = append(made, given...)
			continue
		}
		text := message.Text
		if compiled[i] != nil {
			var err error
			if text, err = compiled[i].renderDecoded(variables, missingKey); err != nil {
				return nil, fmt.Errorf("message %d: %w", i, err)
			}
		}
		made = appendMessage(made, message.Role, text)
	}
	return made, nil
}

func funcFallback(slug string, function func(Vars) (string, error)) (fallback, error) {
	if function == nil {
		return nil, usageError("the fallback function of %s is nil", slug)
	}
	return func(variables map[string]any, _ string) (made rendition, err error) {
		defer func() {
			if failure := recover(); failure != nil {
				err = fmt.Errorf("%w: %s: %v", ErrTemplate, slug, failure)
			}
		}()
		text, err := function(variables)
		if err != nil {
			return rendition{}, fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return rendition{text: text}, nil
	}, nil
}
