package px0

import (
	"crypto/ed25519"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

const defaultHost = "http://localhost:8000"

// Version is this module's; it is told to px0 in the user agent.
const Version = "0.1.0"

// Vars are variables by name: anything that encoding/json can write.
type Vars map[string]any

// Option sets up a client.
type Option interface{ configure(*settings) error }

// RenderOption changes one call.
type RenderOption interface{ change(*call) error }

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
	// As given by options; nil when none gave them.
	givenHost, givenAccessToken *string

	host           string
	accessToken    string
	timeout        time.Duration
	attemptTimeout time.Duration
	retries        int
	// nil: nothing is kept.
	cache     *Cache
	stateFile string
	mode      Mode
	// nil: all.
	slugs        []string
	pollInterval time.Duration
	initTimeout  time.Duration
	// 0: any age will do.
	maxStale          time.Duration
	isNeverRemote     bool
	isForTests        bool
	bundleFile        string
	bundleKeys        []ed25519.PublicKey
	random            func() float64
	deliveryTransport delivery.Transport
	fallbacks         map[string]fallback
	team              string
	warn              func(message string)
	httpClient        *http.Client
	usage             Usage
	// As given by an option; nil when none gave it.
	givenService            string
	service, serviceVersion string
	// nil: nobody observes.
	observer Observer
}

type optionFunc func(*settings) error

func (f optionFunc) configure(s *settings) error { return f(s) }

type renderOptionFunc func(*call) error

func (f renderOptionFunc) change(c *call) error { return f(c) }

func set(apply func(*settings)) Option {
	return optionFunc(func(s *settings) error { apply(s); return nil })
}

// WithHost sets px0's address; default: PX0_HOST, else http://localhost:8000. It has no user name, query or fragment, and may
// have a path. An empty one is an error.
func WithHost(host string) Option { return set(func(s *settings) { s.givenHost = &host }) }

// WithAccessToken sets an API key or a session's token; default: PX0_ACCESS_TOKEN. An empty one is an error, and so is one with
// blanks or line breaks.
func WithAccessToken(token string) Option {
	return set(func(s *settings) { s.givenAccessToken = &token })
}

// WithTimeout bounds a whole call, its retries included; default: 5 s.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(s *settings) error { s.timeout = d; return checkLimit("timeout", d) })
}

// WithAttemptTimeout bounds one request, the body of its answer included; default: 2 s.
func WithAttemptTimeout(d time.Duration) Option {
	return optionFunc(func(s *settings) error { s.attemptTimeout = d; return checkLimit("attempt timeout", d) })
}

// WithRetries sets how often a request is sent again at most; default: 2.
func WithRetries(n int) Option {
	return optionFunc(func(s *settings) error {
		if n < 0 {
			return usageError("the retries must be at least 0, not %d", n)
		}
		s.retries = n
		return nil
	})
}

// WithCache sets what is kept, and for how long it is served without asking.
func WithCache(cache Cache) Option { return set(func(s *settings) { s.cache = &cache }) }

// WithoutCache keeps nothing.
func WithoutCache() Option { return set(func(s *settings) { s.cache = nil }) }

// WithStateFile names a file in which prompts survive a restart. A relative path counts from the folder in which the client is made.
func WithStateFile(path string) Option { return set(func(s *settings) { s.stateFile = path }) }

// WithSnapshotFile is WithStateFile under its earlier name.
func WithSnapshotFile(path string) Option { return WithStateFile(path) }

// WithFallbacks gives templates for when nothing else is there, by slug. A broken one is an error of New.
func WithFallbacks(templates map[string]string) Option {
	return withFallbacks(templates, templateFallback)
}

// WithFallbackFuncs gives functions that make the text when nothing else is there, by slug. A nil one is an error.
func WithFallbackFuncs(functions map[string]func(Vars) (string, error)) Option {
	return withFallbacks(functions, funcFallback)
}

// WithFallbackChats gives chats for when nothing else is there, by slug. A broken one is an error of New.
func WithFallbackChats(chats map[string]FallbackChat) Option {
	return withFallbacks(chats, chatFallback)
}

func withFallbacks[T any](given map[string]T, fallbackOf func(slug string, given T) (fallback, error)) Option {
	return optionFunc(func(s *settings) error {
		for slug, each := range given {
			if _, err := segments.Of("the slug of a fallback", slug); err != nil {
				return err
			}
			made, err := fallbackOf(slug, each)
			if err != nil {
				return err
			}
			s.fallbacks[slug] = made
		}
		return nil
	})
}

// WithWarning sets the function that gets what is wrong but stops nothing, such as a broken state file; default: log/slog.
func WithWarning(warn func(message string)) Option {
	return optionFunc(func(s *settings) error {
		if warn == nil {
			return usageError("the function for warnings is nil")
		}
		s.warn = warn
		return nil
	})
}

// WithHTTPClient sends the requests by a client of yours. Redirects are not followed.
func WithHTTPClient(client *http.Client) Option {
	return optionFunc(func(s *settings) error { s.httpClient = client; return checkHTTPClient(client) })
}

// WithVersion renders a version by its number, counted from 1, instead of the live one.
func WithVersion(number int) RenderOption {
	return renderOptionFunc(func(c *call) error { c.version = number; return checkVersion(number) })
}

// WithTag renders a version by a tag, instead of the live one. A tag that px0 would read as a version's number, such as "7", is an
// error: use WithVersion.
func WithTag(tag string) RenderOption {
	return renderOptionFunc(func(c *call) error { c.tag = tag; return checkTag(tag) })
}

// WithFallback gives the template for when px0 is away and nothing is kept; it wins over the client's.
func WithFallback(template string) RenderOption {
	return renderOptionFunc(func(c *call) (err error) {
		c.fallback, err = templateFallback(c.wanted.slug, template)
		return err
	})
}

// WithFallbackFunc gives a function that makes the text when px0 is away and nothing is kept; it wins over the client's.
func WithFallbackFunc(function func(Vars) (string, error)) RenderOption {
	return renderOptionFunc(func(c *call) (err error) {
		c.fallback, err = funcFallback(c.wanted.slug, function)
		return err
	})
}

// WithFallbackChat gives the chat for when px0 is away and nothing is kept; it wins over the client's fallback.
func WithFallbackChat(chat FallbackChat) RenderOption {
	return renderOptionFunc(func(c *call) (err error) {
		c.fallback, err = chatFallback(c.wanted.slug, chat)
		return err
	})
}

// WithTranscript makes the Text of a chat px0's own transcript. It shows also messages that are left out because they are empty, and the
// content of messages from variables as a template prints it. Without it, the SDK makes the Text of the messages.
func WithTranscript() RenderOption {
	return renderOptionFunc(func(c *call) error { c.hasTranscript = true; return nil })
}

// WithMissingKey sets what an absent key does, as Go's option of that name: "error", "default" or "zero". The default is "error", and
// "default" in a fallback.
func WithMissingKey(mode string) RenderOption {
	return renderOptionFunc(func(c *call) error { c.missingKey = mode; return nil })
}

// WithContract judges the variables where the prompt itself does not, or less: "warn" tells in the Result of what violates the contract of
// the version, "enforce" refuses it. The prompt's own policy stays where it is stricter, and a fallback is not judged.
func WithContract(policy string) RenderOption {
	return renderOptionFunc(func(c *call) error {
		if c.contract = policy; !isPolicy(policy) || policy == "" {
			return usageError("the contract must be \"warn\" or \"enforce\"")
		}
		return nil
	})
}

// TeamOption is an option of a client and of a call.
type TeamOption string

func (t TeamOption) configure(s *settings) error { s.team = string(t); return checkTeam(s.team) }

func (t TeamOption) change(c *call) error { c.wanted.team = string(t); return checkTeam(c.wanted.team) }

// WithTeam names the team of the slug. Without it, px0 takes the first team with that slug among those that the token sees. An
// empty id is an error. A client that holds prompts then holds only those of the team.
func WithTeam(id string) TeamOption { return TeamOption(id) }

func usualSettings() *settings {
	return &settings{
		timeout:        5 * time.Second,
		attemptTimeout: 2 * time.Second,
		retries:        2,
		cache:          &Cache{},
		fallbacks:      map[string]fallback{},
		warn:           warnToLog,
		pollInterval:   30 * time.Second,
		initTimeout:    2 * time.Second,
		random:         rand.Float64,
		usage:          UsageFull,
	}
}

func newSettings(options []Option) (*settings, error) {
	s := usualSettings()
	for _, option := range options {
		if option == nil {
			return nil, usageError("an option is nil")
		}
		if err := option.configure(s); err != nil {
			return nil, err
		}
	}
	for _, complete := range []func() error{s.completeMode, s.completeHost, s.completeAccessToken, s.completeCache, s.completeService} {
		if err := complete(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// orEnvironment gives a setting, and what an error calls it. An empty variable counts as one that is not set.
func orEnvironment(given *string, name, variable string) (text, called string) {
	if given != nil {
		return *given, name
	}
	return os.Getenv(variable), name + " in " + variable
}

func (s *settings) completeHost() error {
	host, name := orEnvironment(s.givenHost, "the host", "PX0_HOST")
	if s.givenHost == nil && host == "" {
		host = defaultHost
	}
	checked, err := checkHost(name, host)
	if err != nil {
		return err
	}
	s.host = checked
	if s.httpClient == nil {
		return checkProxy(s.host)
	}
	return nil
}

func (s *settings) completeAccessToken() error {
	token, name := orEnvironment(s.givenAccessToken, "the access token", "PX0_ACCESS_TOKEN")
	if token == "" && s.givenAccessToken != nil {
		return usageError("%s must not be empty", name)
	}
	if token == "" && s.mode == ModeFile {
		return nil
	}
	if token == "" {
		return usageError("no access token: use WithAccessToken or set PX0_ACCESS_TOKEN")
	}
	s.accessToken = token
	return checkAccessToken(name, token)
}

func (s *settings) completeCache() error {
	// It is written long after this, and the application may have changed its folder by then.
	for _, path := range []*string{&s.stateFile, &s.bundleFile} {
		if absolute, err := filepath.Abs(*path); *path != "" && err == nil {
			*path = absolute
		}
	}
	if s.mode != ModeRemote {
		// It concerns remote renders only; versions that are fetched by number have their own bounds.
		s.cache = nil
	} else if s.cache == nil && s.stateFile != "" {
		return usageError("a state file needs the cache")
	}
	if s.cache == nil {
		return nil
	}
	cache := *s.cache
	if cache.Fresh < 0 || cache.StaleWhileRevalidate < 0 {
		return usageError("Fresh and StaleWhileRevalidate of the cache must be at least 0")
	}
	if cache.MaxEntries < 0 || cache.MaxBytes < 0 {
		return usageError("MaxEntries and MaxBytes of the cache must be at least 0")
	}
	// Their sum has to be a time, too.
	const longest = math.MaxInt64 / 2
	cache.Fresh, cache.StaleWhileRevalidate = min(cache.Fresh, longest), min(cache.StaleWhileRevalidate, longest)
	if cache.MaxEntries == 0 {
		cache.MaxEntries = 1_000
	}
	if cache.MaxBytes == 0 {
		cache.MaxBytes = 64 << 20
	}
	s.cache = &cache
	return nil
}
