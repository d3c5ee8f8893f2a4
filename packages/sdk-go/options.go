package px0

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

const defaultHost = "http://localhost:8000"

// Version is this module's; it is told to px0 in the user agent.
const Version = "0.1.0"

// Vars are variables by name: anything that encoding/json can write.
type Vars map[string]any

// Option sets up a client.
type Option interface{ configure(*settings) error }

// RenderOption changes one call.
type RenderOption interface{ change(*call) }

// Cache says what is kept for an outage, and for how long it is served without asking. Zero limits are the defaults.
type Cache struct {
	// Fresh is how long a template is served without asking px0. 0: a promotion counts from the next render on.
	Fresh time.Duration
	// StaleWhileRevalidate is how much longer it is served while one request in the background asks.
	StaleWhileRevalidate time.Duration
	// MaxEntries is 1,000 unless given.
	MaxEntries int
	// MaxBytes, of memory for templates, is 64 MiB unless given.
	MaxBytes int
}

type settings struct {
	host           string
	accessToken    string
	timeout        time.Duration
	attemptTimeout time.Duration
	retries        int
	// nil: nothing is kept.
	cache        *Cache
	snapshotFile string
	fallbacks    map[string]fallback
	team         string
	warn         func(message string)
	httpClient   *http.Client
}

type optionFunc func(*settings) error

func (f optionFunc) configure(s *settings) error { return f(s) }

type renderOptionFunc func(*call)

func (f renderOptionFunc) change(c *call) { f(c) }

func set(apply func(*settings)) Option {
	return optionFunc(func(s *settings) error { apply(s); return nil })
}

// WithHost sets px0's address; PX0_HOST or http://localhost:8000 unless given.
func WithHost(host string) Option { return set(func(s *settings) { s.host = host }) }

// WithAccessToken sets an API key or a session's token; PX0_ACCESS_TOKEN unless given.
func WithAccessToken(token string) Option { return set(func(s *settings) { s.accessToken = token }) }

// WithTimeout bounds a whole call, its retries included; 5 s unless given.
func WithTimeout(d time.Duration) Option { return set(func(s *settings) { s.timeout = d }) }

// WithAttemptTimeout bounds one request; 2 s unless given.
func WithAttemptTimeout(d time.Duration) Option {
	return set(func(s *settings) { s.attemptTimeout = d })
}

// WithRetries sets how often a request is sent again at most; 2 unless given.
func WithRetries(n int) Option { return set(func(s *settings) { s.retries = n }) }

// WithCache sets what is kept, and for how long it is served without asking.
func WithCache(cache Cache) Option { return set(func(s *settings) { s.cache = &cache }) }

// WithoutCache keeps nothing.
func WithoutCache() Option { return set(func(s *settings) { s.cache = nil }) }

// WithSnapshotFile names a file in which templates survive a restart.
func WithSnapshotFile(path string) Option { return set(func(s *settings) { s.snapshotFile = path }) }

// WithFallbacks gives templates for when nothing else is there, by slug. A broken one is an error of New.
func WithFallbacks(templates map[string]string) Option {
	return optionFunc(func(s *settings) error {
		for slug, text := range templates {
			made, err := templateFallback(slug, text)
			if err != nil {
				return err
			}
			s.fallbacks[slug] = made
		}
		return nil
	})
}

// WithFallbackFuncs gives functions that make the text when nothing else is there, by slug.
func WithFallbackFuncs(functions map[string]func(Vars) (string, error)) Option {
	return set(func(s *settings) {
		for slug, function := range functions {
			s.fallbacks[slug] = funcFallback(slug, function)
		}
	})
}

// WithWarning sets what gets to know what is wrong but stops nothing, such as a broken snapshot; log/slog unless given.
func WithWarning(warn func(message string)) Option { return set(func(s *settings) { s.warn = warn }) }

// WithHTTPClient sends the requests by a client of yours. Redirects are not followed.
func WithHTTPClient(client *http.Client) Option {
	return set(func(s *settings) { s.httpClient = client })
}

// WithVersion renders a version by its number, instead of the live one.
func WithVersion(number int) RenderOption {
	return renderOptionFunc(func(c *call) { c.version = number })
}

// WithTag renders a version by a tag, instead of the live one.
func WithTag(tag string) RenderOption { return renderOptionFunc(func(c *call) { c.tag = tag }) }

// WithFallback gives the template for when px0 is away and nothing is kept; it wins over the client's.
func WithFallback(template string) RenderOption {
	return renderOptionFunc(func(c *call) { c.fallback, c.err = templateFallback(c.wanted.slug, template) })
}

// WithFallbackFunc gives a function that makes the text when px0 is away and nothing is kept; it wins over the client's.
func WithFallbackFunc(function func(Vars) (string, error)) RenderOption {
	return renderOptionFunc(func(c *call) { c.fallback = funcFallback(c.wanted.slug, function) })
}

// WithMissingKey sets what an absent key does, as Go's option of that name: "error" unless given, in a fallback "default".
func WithMissingKey(mode string) RenderOption {
	return renderOptionFunc(func(c *call) { c.missingKey = mode })
}

// TeamOption is an option of a client and of a call.
type TeamOption string

func (t TeamOption) configure(s *settings) error { s.team = string(t); return nil }

func (t TeamOption) change(c *call) { c.wanted.team = string(t) }

// WithTeam names the team of the slug; unless given, the first team with that slug among those that the token sees.
func WithTeam(id string) TeamOption { return TeamOption(id) }

func newSettings(options []Option) (*settings, error) {
	s := &settings{
		host:           os.Getenv("PX0_HOST"),
		accessToken:    os.Getenv("PX0_ACCESS_TOKEN"),
		timeout:        5 * time.Second,
		attemptTimeout: 2 * time.Second,
		retries:        2,
		cache:          &Cache{},
		fallbacks:      map[string]fallback{},
		warn:           warnToLog,
	}
	for _, option := range options {
		if err := option.configure(s); err != nil {
			return nil, err
		}
	}
	if s.host == "" {
		s.host = defaultHost
	}
	address, err := url.Parse(s.host)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" {
		return nil, usageError("the host %q is no http or https address", s.host)
	}
	s.host = strings.TrimRight(s.host, "/")
	if s.accessToken == "" {
		return nil, usageError("no access token: use WithAccessToken or set PX0_ACCESS_TOKEN")
	}
	if s.timeout <= 0 || s.attemptTimeout <= 0 || s.retries < 0 {
		return nil, usageError("time limits must be positive, and retries at least 0")
	}
	return s, s.completeCache()
}

func (s *settings) completeCache() error {
	if s.cache == nil {
		if s.snapshotFile != "" {
			return usageError("a snapshot file needs the cache")
		}
		return nil
	}
	cache := *s.cache
	if cache.Fresh < 0 || cache.StaleWhileRevalidate < 0 || cache.MaxEntries < 0 || cache.MaxBytes < 0 {
		return usageError("times and limits of the cache must be at least 0")
	}
	if cache.MaxEntries == 0 {
		cache.MaxEntries = 1_000
	}
	if cache.MaxBytes == 0 {
		cache.MaxBytes = 64 << 20
	}
	s.cache = &cache
	return nil
}
