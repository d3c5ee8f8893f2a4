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
			return rendition{}, &fallbackError{slug, err}
		}
		return rendition{text: text}, nil
	}, nil
}

// fallbackError is ErrTemplate with what it happened to.
type fallbackError struct {
	slug string
	err  error
}

func (e *fallbackError) Error() string {
	return fmt.Sprintf("px0: the fallback of %s failed: %v", e.slug, e.err)
}

func (e *fallbackError) Unwrap() []error { return []error{ErrTemplate, e.err} }

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
				err = &fallbackError{slug, fmt.Errorf("%v", failure)}
			}
		}()
		text, err := function(c.variables)
		if err != nil {
			return rendition{}, &fallbackError{slug, err}
		}
		return rendition{text: text}, nil
	}, nil
}
