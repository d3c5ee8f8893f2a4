package px0

import (
	"fmt"

	"github.com/px0/px0/packages/sdk-go/internal/gotpl"
)

// TemplateSyntaxError says why a text is no template, and in which line. Its text is px0's.
type TemplateSyntaxError = gotpl.SyntaxError

// TemplateExecutionError says why a template cannot be rendered with its variables, where, and which limit was reached if one was. Its text
// is px0's.
type TemplateExecutionError = gotpl.ExecutionError

// TemplateLimit is a bound of a render.
type TemplateLimit = gotpl.Limit

// What TemplateExecutionError calls the bounds of a render: 1,000,000 steps of work, 8 MiB of text, 100 template calls inside one another.
const (
	TemplateLimitSteps  = gotpl.LimitSteps
	TemplateLimitOutput = gotpl.LimitOutput
	TemplateLimitDepth  = gotpl.LimitDepth
)

// Template is a template of px0's language. It gives the text that px0 makes of it, byte for byte, or px0's error. It can be used from all
// goroutines.
type Template struct{ compiled *gotpl.Template }

// CompileTemplate makes a template of a text. The error is a *TemplateSyntaxError.
func CompileTemplate(text string) (*Template, error) {
	compiled, err := gotpl.Compile(text, gotpl.DefaultLimits)
	if err != nil {
		return nil, err
	}
	return &Template{compiled}, nil
}

// Render makes the text, without px0. Variables are anything that Client.Render takes; nil is Go's nil map. Of the options only
// WithMissingKey says anything here; any other is an error. The error is a *TemplateExecutionError, or ErrUsage for variables or options
// that cannot be used.
func (t *Template) Render(variables map[string]any, options ...RenderOption) (string, error) {
	plain, missingKey, err := t.prepare(variables, options)
	if err != nil {
		return "", err
	}
	return t.renderDecoded(plain, missingKey)
}

// RenderBytes is Render, but a byte that is not UTF-8 stays one: Render gives U+FFFD for it. Only cutting a character and escapes such as
// "\xff" make such bytes.
func (t *Template) RenderBytes(variables map[string]any, options ...RenderOption) ([]byte, error) {
	plain, missingKey, err := t.prepare(variables, options)
	if err != nil {
		return nil, err
	}
	return t.compiled.RenderBytes(plain, missingKey)
}

// renderDecoded takes variables as encoding/json decodes them.
func (t *Template) renderDecoded(variables map[string]any, missingKey gotpl.MissingKey) (string, error) {
	return t.compiled.Render(variables, missingKey)
}

func (t *Template) prepare(variables map[string]any, options []RenderOption) (map[string]any, gotpl.MissingKey, error) {
	if t == nil || t.compiled == nil {
		return nil, "", usageError("the template was not made with CompileTemplate")
	}
	missingKey := gotpl.MissingKeyError
	if len(options) > 0 {
		var err error
		if missingKey, err = missingKeyOf(options); err != nil {
			return nil, "", err
		}
	}
	plain, err := plainVariables(variables)
	if err != nil {
		return nil, "", variablesError(err)
	}
	return plain, missingKey, nil
}

// missingKeyOf reads the options of a template's render.
func missingKeyOf(options []RenderOption) (gotpl.MissingKey, error) {
	var made call
	for _, option := range options {
		if option == nil {
			return "", usageError("an option is nil")
		}
		if err := option.change(&made); err != nil {
			return "", err
		}
	}
	if made.wanted != (wanted{}) || made.version != 0 || made.tag != "" || made.fallback != nil || made.hasTranscript || made.contract != "" {
		return "", usageError("WithMissingKey is the only option of a template's render")
	}
	switch made.missingKey {
	case "":
		return gotpl.MissingKeyError, nil
	case "error", "default", "zero":
		return gotpl.MissingKey(made.missingKey), nil
	}
	return "", errMissingKey
}

var errMissingKey = usageError(`the missing key option is "error", "default" or "zero"`)

func variablesError(err error) error {
	return fmt.Errorf("%w: the variables cannot be written as JSON: %w", ErrUsage, err)
}
