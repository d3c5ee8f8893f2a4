// Package segments makes the path segments of requests, for package px0 and the generated package api alike. A segment names a
// resource and never moves the request: proxies and other HTTP clients resolve "." and ".." on the way, percent-encoded or not,
// and an empty segment leaves the path of another operation.
package segments

import (
	"errors"
	"fmt"
	"net/url"
	"unicode/utf8"
)

// ErrUsage is what package px0 exports under this name. It stands here because package api is to return it, too.
var ErrUsage = errors.New("px0: cannot work like this")

// Of gives value, percent-encoded so that px0 receives exactly it; name says in an error what it is. The error is an ErrUsage: an
// empty value, "." and "..", and one that is not UTF-8, cannot be a segment.
func Of(name, value string) (string, error) {
	switch {
	case value == "":
		return "", fmt.Errorf("%w: %s must not be empty", ErrUsage, name)
	case value == "." || value == "..":
		return "", fmt.Errorf("%w: %s must not be %q: in a path it would name another resource", ErrUsage, name, value)
	case !utf8.ValidString(value):
		return "", fmt.Errorf("%w: %s is not UTF-8", ErrUsage, name)
	}
	return url.PathEscape(value), nil
}
