package px0

import (
	"fmt"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// fallback makes a text from variables and the call's missing-key option, which is empty when the call has none.
type fallback func(variables map[string]any, missingKey string) (string, error)

// templateFallback: a broken template is found when it is given, not in the outage.
func templateFallback(slug, source string) (fallback, error) {
	made, err := CompileTemplate(source)
	if err != nil {
		return nil, usageError("the fallback of %s is not a valid template: %v", slug, err)
	}
	return func(variables map[string]any, missingKey string) (string, error) {
		// A fallback is there to answer: a key that the variables lack counts as nil.
		chosen := gotpl.MissingKeyDefault
		if missingKey != "" {
			chosen = gotpl.MissingKey(missingKey)
		}
		text, err := made.renderDecoded(variables, chosen)
		if err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return text, nil
	}, nil
}

func funcFallback(slug string, function func(Vars) (string, error)) (fallback, error) {
	if function == nil {
		return nil, usageError("the fallback function of %s is nil", slug)
	}
	return func(variables map[string]any, _ string) (text string, err error) {
		defer func() {
			if failure := recover(); failure != nil {
				err = fmt.Errorf("%w: %s: %v", ErrTemplate, slug, failure)
			}
		}()
		text, err = function(variables)
		if err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrTemplate, slug, err)
		}
		return text, nil
	}, nil
}
