package answers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// What follows is called by package api: the generator writes it in place of what returns errors of other packages.

// Longest is the size of the longest answer that is read. px0's longest text has 8 MiB, which are 48 MiB in JSON when each
// character is a control character.
const Longest = 64 << 20

// Is reports whether target is the kind of an error of package api. Without a status nothing was sent.
func Is(status int, header http.Header, body []byte, target error) bool {
	if status == 0 {
		return target == ErrUsage
	}
	if sense, _ := Judge(status, header, body); sense == Refusal {
		return IsKindOf(status, target)
	}
	return target == ErrUnreachable
}

// Unusable is the error of a request that cannot be made; nil for nil. Its text is without the passwords of addresses.
func Unusable(err error) error {
	if err == nil || errors.Is(err, ErrUsage) {
		return err
	}
	return fmt.Errorf("%w: %s", ErrUsage, WithoutSecrets("", err.Error()))
}

// Sendable is the error of a request that could not be made, or that cannot be sent, which would look like an outage. It is an
// ErrUsage, or nil.
func Sendable(request *http.Request, err error) error {
	if err != nil {
		return Unusable(err)
	}
	if scheme := request.URL.Scheme; (scheme != "http" && scheme != "https") || request.URL.Host == "" {
		return fmt.Errorf("%w: the URL of the server must be an http or https address such as http://localhost:8000", ErrUsage)
	}
	for name, values := range request.Header {
		for _, value := range values {
			if strings.ContainsFunc(value, func(r rune) bool { return (r < ' ' && r != '\t') || r == '\x7f' }) {
				return fmt.Errorf("%w: the header %s must not have control characters", ErrUsage, name)
			}
		}
	}
	return nil
}

// Unanswered is the error of a request that got no answer, or no whole one: that of its context when this has ended, else an
// ErrUnreachable.
func Unanswered(request *http.Request, err error) error {
	if ended := request.Context().Err(); ended != nil {
		if cause := context.Cause(request.Context()); !errors.Is(cause, ended) {
			return fmt.Errorf("%w (%w)", cause, ended)
		}
		return ended
	}
	token := strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")
	return fmt.Errorf("%w: %w", ErrUnreachable, Cause(token, err))
}

// Cause is the error that a transport had, without the token and the passwords of addresses.
func Cause(token string, err error) error {
	cause := err
	// What stands around it is the method and the address, which are known.
	if around := (*url.Error)(nil); errors.As(err, &around) {
		cause = around.Err
	}
	if text := WithoutSecrets(token, cause.Error()); text != cause.Error() {
		// An error that is wrapped may be printed, too.
		return errors.New(text)
	}
	return cause
}

// Body reads the answer to a request. The error is that of Unanswered.
func Body(request *http.Request, response *http.Response) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(response.Body, Longest+1))
	if err != nil {
		return body, Unanswered(request, err)
	}
	if len(body) > Longest {
		return nil, fmt.Errorf("%w: the answer has more than 64 MiB", ErrUnreachable)
	}
	return body, nil
}

var errNoResult = errors.New("px0: this is no answer to the operation")

// Result reads a JSON object into a pointer to a pointer to a struct. It is an error when a field is missing that the struct
// does not have as an optional one: something else than px0 has answered.
func Result(body []byte, into any) error {
	found := Members(body)
	if found == nil || json.Unmarshal(body, into) != nil {
		return errNoResult
	}
	form := reflect.TypeOf(into).Elem().Elem()
	for i := range form.NumField() {
		name, options, _ := strings.Cut(form.Field(i).Tag.Get("json"), ",")
		if _, has := found[name]; !has && name != "" && name != "-" && !strings.Contains(options, "omitempty") {
			return errNoResult
		}
	}
	return nil
}
