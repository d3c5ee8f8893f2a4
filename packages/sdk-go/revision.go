package px0

import (
	"sync"

	"github.com/px0/px0/packages/sdk-go/internal/delivery"
)

// highestRevision is the highest that px0 has told this client of. Sent with every request, it makes the client read its own
// writes, whichever process answers.
type highestRevision struct {
	mu   sync.Mutex
	text string
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
	if text != h.text && delivery.IsRevision(text) {
		h.text = delivery.LaterOf(h.text, text)
	}
}

// forget: another px0 answers, and no revision of the earlier one means anything there.
func (h *highestRevision) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = ""
}
