package gotpl

// Limit names the bound that a render went over.
type Limit string

const (
	// LimitSteps bounds the work.
	LimitSteps Limit = "steps"
	// LimitOutput bounds the text, and each text that a function makes.
	LimitOutput Limit = "output"
	// LimitDepth bounds template calls inside one another.
	LimitDepth Limit = "depth"
)

// SyntaxError says why a text is no template.
type SyntaxError struct {
	// Line counts from 1.
	Line    int
	message string
}

// Error is px0's text, which names the template and the line.
func (e *SyntaxError) Error() string { return e.message }

// ExecutionError says why a template cannot be rendered with its variables, or not within the limits.
type ExecutionError struct {
	// Line counts from 1.
	Line int
	// Column is in bytes of UTF-8, from 0.
	Column int
	// Limit is set when a bound was reached, and empty when the template or the variables are at fault.
	Limit   Limit
	message string
}

// Error is px0's text, which names the template, the place and the node.
func (e *ExecutionError) Error() string { return e.message }
