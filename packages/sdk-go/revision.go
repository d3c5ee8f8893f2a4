package px0

import (
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

var decodedRevision = regexp.MustCompile(`^1:(\d{1,16}):(\d{1,16})$`)

// highestRevision is the highest that px0 has told this client of. Sent with every request, it makes the client read its own
// writes, whichever process answers.
type highestRevision struct {
	mu              sync.Mutex
	text            string
	epoch, sequence uint64
}

func (h *highestRevision) get() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text
}

// see learns from an answer's Px0-Revision; a text of another form is ignored.
func (h *highestRevision) see(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	// Nearly all answers repeat what is known.
	if text == "" || text == h.text {
		return
	}
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	match := decodedRevision.FindSubmatch(decoded)
	if err != nil || match == nil {
		return
	}
	// Sixteen digits always fit.
	epoch, _ := strconv.ParseUint(string(match[1]), 10, 64)
	sequence, _ := strconv.ParseUint(string(match[2]), 10, 64)
	if h.text == "" || epoch > h.epoch || (epoch == h.epoch && sequence > h.sequence) {
		h.text, h.epoch, h.sequence = text, epoch, sequence
	}
}
