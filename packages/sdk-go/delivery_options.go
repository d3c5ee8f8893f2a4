package px0

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

// Mode says where a client renders.
type Mode string

const (
	// ModeRemote asks px0 for each render. It is the default.
	ModeRemote Mode = "remote"
	// ModeStream holds every prompt that the token may render, hears of each change within moments, and renders here.
	ModeStream Mode = "stream"
	// ModePoll does the same, and asks for changes from time to time.
	ModePoll Mode = "poll"
	// ModeFile renders what a bundle or a state file holds, without any network.
	ModeFile Mode = "file"
)

const mostSlugs = 200

// WithMode sets where the client renders; default: PX0_MODE, else ModeRemote.
func WithMode(mode Mode) Option {
	return optionFunc(func(s *settings) error { s.mode = mode; return checkMode("the mode", mode) })
}

// WithSlugs has a client hold only these prompts; default: all. At most 200.
func WithSlugs(slugs ...string) Option {
	return optionFunc(func(s *settings) error {
		s.slugs = slices.Clone(slugs)
		if len(slugs) == 0 || len(slugs) > mostSlugs {
			return usageError("the slugs must be 1 to %d, not %d", mostSlugs, len(slugs))
		}
		for _, slug := range slugs {
			if _, err := segments.Of("a slug", slug); err != nil {
				return err
			}
			if strings.Contains(slug, ",") {
				return usageError("a slug has no comma")
			}
		}
		return nil
	})
}

// WithPollInterval sets how often a client in ModePoll asks for changes; default: 30 s. It asks every 5 s at most.
func WithPollInterval(d time.Duration) Option {
	return optionFunc(func(s *settings) error { s.pollInterval = d; return checkLimit("poll interval", d) })
}

// WithInitTimeout sets how long the first renders of a client that holds prompts wait for these; default: 2 s.
func WithInitTimeout(d time.Duration) Option {
	return optionFunc(func(s *settings) error { s.initTimeout = d; return checkLimit("init timeout", d) })
}

// WithMaxStale sets for how long a client renders what px0 no longer confirms; default: for ever.
func WithMaxStale(d time.Duration) Option {
	return optionFunc(func(s *settings) error { s.maxStale = d; return checkLimit("max stale", d) })
}

// WithRemoteWhenNeeded sets whether a client that holds prompts asks px0 for what it does not hold, such as other versions; default: true.
func WithRemoteWhenNeeded(isNeeded bool) Option {
	return set(func(s *settings) { s.isNeverRemote = !isNeeded })
}

// WithBundle names a signed bundle from which a client renders, and the public keys that may have signed it, as px0 bundle keygen writes them. In
// ModeFile it is looked at every 10 s. A relative path counts from the folder in which the client is made.
func WithBundle(path string, keys ...string) Option {
	return optionFunc(func(s *settings) error {
		s.bundleFile, s.bundleKeys = path, nil
		if path == "" {
			return usageError("the path of the bundle must not be empty")
		}
		if len(keys) == 0 {
			return usageError("a bundle needs the public keys that may have signed it")
		}
		for _, text := range keys {
			key, err := readBundleKey(text)
			if err != nil {
				return err
			}
			s.bundleKeys = append(s.bundleKeys, key)
		}
		return nil
	})
}

const bundleKeyPrefix = "px0pk_"

func readBundleKey(text string) (ed25519.PublicKey, error) {
	encoded, hasPrefix := strings.CutPrefix(text, bundleKeyPrefix)
	key, err := base64.RawURLEncoding.DecodeString(encoded)
	if !hasPrefix || err != nil || len(key) != ed25519.PublicKeySize {
		return nil, usageError("a public key of a bundle is %s and 43 characters", bundleKeyPrefix)
	}
	return ed25519.PublicKey(key), nil
}

func checkMode(name string, mode Mode) error {
	if slices.Contains([]Mode{ModeRemote, ModeStream, ModePoll, ModeFile}, mode) {
		return nil
	}
	return usageError("%s must be remote, stream, poll or file", name)
}

func (s *settings) completeMode() error {
	if s.mode == "" {
		s.mode = Mode(os.Getenv("PX0_MODE"))
		if s.mode == "" {
			s.mode = ModeRemote
		}
		if err := checkMode("the mode in PX0_MODE", s.mode); err != nil {
			return err
		}
	}
	switch {
	case s.mode == ModeRemote && s.bundleFile != "":
		return usageError("a bundle needs a mode other than remote")
	case s.mode == ModeFile && s.bundleFile == "" && s.stateFile == "":
		return usageError("the mode file needs a bundle or a state file")
	}
	return nil
}
