package answers

import (
	"regexp"
	"strings"
)

// From the beginning of an address to the end of its user information, however that is written: a password that makes an address
// invalid is printed with it.
var userInformation = regexp.MustCompile(`(?s)://.*@`)

// Shorter than every token of px0. A shorter text may be part of ordinary words.
const shortestSecret = 8

// WithoutSecrets takes the token, and the passwords of addresses, out of a text of somebody else: what a proxy, a server or the
// transport of a given client says may repeat what was sent to it.
func WithoutSecrets(token, text string) string {
	if len(token) >= shortestSecret {
		text = strings.ReplaceAll(text, token, "***")
	}
	return userInformation.ReplaceAllString(text, "://***@")
}
