// Package answers says what it means that a request was answered, or was not, for package px0 and the generated package api alike.
package answers

import (
	"errors"

	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

// What package px0 exports under these names, and says there.
var (
	ErrUsage          = segments.ErrUsage
	ErrUnreachable    = errors.New("px0: unreachable")
	ErrRefused        = errors.New("px0: refused")
	ErrUnauthorized   = errors.New("px0: unauthorized")
	ErrForbidden      = errors.New("px0: forbidden")
	ErrNotFound       = errors.New("px0: not found")
	ErrConflict       = errors.New("px0: conflict")
	ErrInvalidRequest = errors.New("px0: invalid request")
)

// IsKindOf reports whether target is the kind of a refusal with this status.
func IsKindOf(status int, target error) bool {
	if target == ErrRefused {
		return true
	}
	switch status {
	case 401:
		return target == ErrUnauthorized
	case 403:
		return target == ErrForbidden
	case 404:
		return target == ErrNotFound
	case 409, 412:
		return target == ErrConflict
	case 400, 413, 422:
		return target == ErrInvalidRequest
	}
	return false
}
