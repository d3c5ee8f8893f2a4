package px0

import (
	"errors"
	"fmt"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/answers"
)

// Kinds of errors, for errors.Is. They are told apart by who has to act.
var (
	// ErrUsage: the client was made or called in a way that cannot work.
	ErrUsage = answers.ErrUsage
	// ErrTemplate: a fallback could not be rendered with the variables given.
	ErrTemplate = errors.New("px0: the fallback failed")
	// ErrUnreachable: px0 could not be asked, or its answer decides nothing.
	ErrUnreachable = answers.ErrUnreachable
	// ErrRefused: px0 has refused the request, with whatever 4xx; the next five say more.
	ErrRefused = answers.ErrRefused
	// ErrUnauthorized: 401, the access token is missing, unknown, expired or revoked.
	ErrUnauthorized = answers.ErrUnauthorized
	// ErrForbidden: 403, the caller may not do this.
	ErrForbidden = answers.ErrForbidden
	// ErrNotFound: 404, there is no such prompt or version, or no live version, as far as the caller may see.
	ErrNotFound = answers.ErrNotFound
	// ErrConflict: 409 and 412, something else stands in the way.
	ErrConflict = answers.ErrConflict
	// ErrInvalidRequest: 400, 413 and 422, the request, or what it asks to be rendered, is not right.
	ErrInvalidRequest = answers.ErrInvalidRequest
)

// RefusedError says that px0 has refused the request. For errors.Is it is ErrRefused, and the kind of its status.
type RefusedError struct {
	Status int
	// Message is the server's text, which is part of its contract.
	Message string
	// Hint is what may help, such as "did you mean tone_check?"; empty when px0 says nothing. Its words may change, and Error leaves it out.
	Hint string
	// Missing, Unknown and Invalid are what is wrong with variables that violate the contract of the version, and More is how many problems
	// there are beside these. All are empty for other errors.
	Missing, Unknown []NameProblem
	Invalid          []ValueProblem
	More             int
}

// newRefused takes what is said of a contract, if it is.
func newRefused(status int, message string, problems *ContractProblems) *RefusedError {
	made := &RefusedError{Status: status, Message: message}
	if problems != nil && answers.IsKindOf(status, ErrInvalidRequest) {
		made.Missing, made.Unknown, made.Invalid, made.More = problems.Missing, problems.Unknown, problems.Invalid, problems.More
	}
	return made
}

func (e *RefusedError) Error() string { return fmt.Sprintf("px0: %s (status %d)", e.Message, e.Status) }

// Is reports whether target is ErrRefused, or the kind of the status.
func (e *RefusedError) Is(target error) bool { return answers.IsKindOf(e.Status, target) }

// UnreachableError says why px0 could not be asked: no connection, a timeout, 5xx, 429, an answer of somebody else.
type UnreachableError struct {
	// Status of the last answer; 0 when there was none.
	Status int
	// RetryAfter is what the last answer asked to wait.
	RetryAfter time.Duration
	Message    string
	// Err is what kept the request from being answered, if it was not.
	Err error
}

func (e *UnreachableError) Error() string { return "px0: " + e.Message }

// Unwrap gives what kept the request from being answered.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Is reports whether target is ErrUnreachable.
func (e *UnreachableError) Is(target error) bool { return target == ErrUnreachable }

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUsage, fmt.Sprintf(format, args...))
}
