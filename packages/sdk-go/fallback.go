package px0

import (
	"fmt"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// fallback makes a text or a chat for a call.
type fallback func(*call) (rendition, error)

// templateFallback: a broken template is found when it is given, not in the outage.
func templateFallback(slug, source string) (fallback, error) {
	made, err := CompileTemplate(source)
	if err != nil {
		return nil, usageError("the fallback of %s is not a valid template: %v", slug, err)
	}
	return func(c *call) (rendition, error) {
		text, err := made.renderDecoded(c.variables, missingKeyInFallback(c.missingKey))
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

func funcFallback(slug string, function func(Vars) (string, error)) (fallback, error) {
	if function == nil {
		return nil, usageError("the fallback function of %s is nil", slug)
	}
	return func(c *call) (made rendition, err error) {
		defer func() {
			if failure := recover(); failure != nil {
				err = fmt.Errorf("%w: %s: %v", ErrTemplate, slug, failure)
			}
		}()
		text, err := function(c.variables)
		if err != nil {
			return rendition{}, fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return rendition{text: text}, nil
	}, nil
}
