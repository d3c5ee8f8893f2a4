package px0

import (
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/px0/px0/packages/sdk-go/internal/segments"
)

// What can never work is refused here, before anything is sent: later it would look like an outage, and be answered from fallbacks
// for ever. The errors name the setting and never repeat its value, for that may be a credential in the wrong place.

// Integers beyond it are not exact in JSON.
const highestVersion = 1<<53 - 1

func checkAccessToken(name, token string) error {
	isBlankOrBeyondASCII := func(r rune) bool { return r < 0x21 || r > 0x7e }
	if strings.ContainsFunc(token, isBlankOrBeyondASCII) {
		return usageError("%s holds a character that no token has, such as a blank or a line break", name)
	}
	return nil
}

// checkHost gives the host without trailing slashes.
func checkHost(name, host string) (string, error) {
	refused := func(why string) (string, error) {
		return "", usageError("%s must be an http or https address such as https://px0.example.com: %s", name, why)
	}
	if !utf8.ValidString(host) || strings.ContainsFunc(host, isNotPrinted) {
		return refused("it contains a blank or an unprintable character")
	}
	if strings.ContainsAny(host, `?#\`) {
		return refused("it contains a query, a fragment or a backslash")
	}
	// The error of url.Parse would repeat the text.
	address, err := url.Parse(host)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Opaque != "" {
		return refused("it is not one")
	}
	if address.User != nil {
		return refused("it contains a user name or a password")
	}
	if !isHostName(address.Hostname(), strings.HasPrefix(address.Host, "[")) {
		return refused("it has no valid host name")
	}
	// A colon with nothing behind it leaves the host's last character.
	if port, err := strconv.Atoi(address.Port()); strings.HasSuffix(address.Host, ":") ||
		(address.Port() != "" && (err != nil || port < 1 || port > 65535)) {
		return refused("its port is not a number from 1 to 65535")
	}
	if strings.ContainsAny(host, "\"<>^`{|}") {
		return refused("its path contains an invalid character, as in a placeholder")
	}
	for _, segment := range strings.Split(address.EscapedPath(), "/") {
		if decoded, err := url.PathUnescape(segment); err != nil || decoded == "." || decoded == ".." {
			return refused("its path contains a dot segment")
		}
	}
	return strings.TrimRight(host, "/"), nil
}

func isNotPrinted(r rune) bool { return r == ' ' || !unicode.IsPrint(r) }

// isHostName leaves international names to the resolver, and refuses what surely is none, such as a placeholder.
func isHostName(name string, isBracketed bool) bool {
	if isBracketed {
		_, err := netip.ParseAddr(name)
		return err == nil
	}
	isOther := func(r rune) bool {
		return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._", r)
	}
	// Behind the last dot nothing may stand: the name is then complete.
	labels := strings.Split(strings.TrimSuffix(name, "."), ".")
	return !slices.Contains(labels, "") && !strings.ContainsFunc(name, isOther)
}

func checkTeam(id string) error {
	switch {
	case id == "":
		return usageError("the team must not be empty")
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return usageError("the team contains an invalid character, such as a line break")
	}
	return nil
}

// checkTag refuses what px0 would read as a version's number: the text of another version would be the answer.
func checkTag(tag string) error {
	if _, err := segments.Of("tag", tag); err != nil {
		return err
	}
	if _, err := strconv.ParseInt(tag, 10, 64); err == nil {
		return usageError("the tag %q would be read as a version number; use WithVersion for a version", tag)
	}
	return nil
}

func checkVersion(number int) error {
	if number < 1 || int64(number) > highestVersion {
		return usageError("a version must be a number from 1 to %d, not %d", int64(highestVersion), number)
	}
	return nil
}

func checkLimit(name string, d time.Duration) error {
	if d <= 0 {
		return usageError("the %s must be more than 0, not %v", name, d)
	}
	return nil
}

func checkHTTPClient(client *http.Client) error {
	if client == nil {
		return usageError("the HTTP client is nil")
	}
	transport, isUsual := client.Transport.(*http.Transport)
	// A nil of such a type is not the nil that stands for the default.
	isNilFunc := client.Transport != nil && reflect.ValueOf(client.Transport).Kind() == reflect.Func &&
		reflect.ValueOf(client.Transport).IsNil()
	if isNilFunc || (isUsual && transport == nil) {
		return usageError("the transport of the HTTP client is a nil %T", client.Transport)
	}
	return nil
}

// checkProxy finds a proxy of the environment that is no address; every request would fail because of it.
func checkProxy(host string) error {
	request, err := http.NewRequest(http.MethodPost, host, nil)
	if err != nil {
		return usageError("the host is not an address")
	}
	proxy, err := http.ProxyFromEnvironment(request)
	// What is no address gets another "http://" in front, and then is one: of the host "http:", with the rest as its path. An
	// error would repeat the text, which may hold a password.
	if err != nil || (proxy != nil && strings.HasPrefix(proxy.Path, "//")) {
		return usageError("the proxy in %s_PROXY is not an address", strings.ToUpper(request.URL.Scheme))
	}
	return nil
}
