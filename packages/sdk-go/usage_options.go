package px0

import (
	"net/url"
	"os"
	"slices"
	"strings"
)

// Usage says what a client tells px0 of the renders that it makes itself.
type Usage string

const (
	// UsageFull tells how often which version was rendered, and the names of the variables, never their values. It is the default.
	UsageFull Usage = "full"
	// UsageCounts leaves out the names of variables.
	UsageCounts Usage = "counts"
	// UsageOff tells nothing.
	UsageOff Usage = "off"
)

const (
	longestService        = 128
	longestServiceVersion = 64
)

// WithUsage sets what px0 is told of the renders that the client makes itself; default: UsageFull. In ModeFile nothing is told.
func WithUsage(usage Usage) Option {
	return optionFunc(func(s *settings) error {
		if s.usage = usage; !slices.Contains([]Usage{UsageFull, UsageCounts, UsageOff}, usage) {
			return usageError("the usage must be full, counts or off")
		}
		return nil
	})
}

// WithServiceName sets the name under which px0 lists what renders a prompt; default: PX0_SERVICE, OTEL_SERVICE_NAME, or the service.name of
// OTEL_RESOURCE_ATTRIBUTES, else empty; an empty or blank name counts as not given. Of a long one the first 128 characters count, and what is not printable ASCII becomes a question mark.
func WithServiceName(name string) Option {
	return set(func(s *settings) { s.givenService = name })
}

func (s *settings) completeService() error {
	resource := resourceAttributes(os.Getenv("OTEL_RESOURCE_ATTRIBUTES"))
	names := []string{s.givenService, os.Getenv("PX0_SERVICE"), os.Getenv("OTEL_SERVICE_NAME"), resource["service.name"]}
	for _, name := range names {
		if s.service = serviceText(name, longestService); s.service != "" {
			break
		}
	}
	s.serviceVersion = serviceText(resource["service.version"], longestServiceVersion)
	return nil
}

// serviceText is a text as both a report and a header can hold it.
func serviceText(text string, characters int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, strings.TrimSpace(text))
	return strings.TrimSpace(text[:min(characters, len(text))])
}

// resourceAttributes reads what OpenTelemetry has in its environment variable: key=value,key=value with percent signs.
func resourceAttributes(text string) map[string]string {
	attributes := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		key, value, isPair := strings.Cut(pair, "=")
		if !isPair {
			continue
		}
		if decoded, err := url.PathUnescape(strings.TrimSpace(value)); err == nil {
			attributes[strings.TrimSpace(key)] = decoded
		}
	}
	return attributes
}
