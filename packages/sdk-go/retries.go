package px0

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	firstWait   = 100 * time.Millisecond
	longestWait = time.Second
)

// waitBeforeRetry is fully jittered, so that the clients of a server that comes back do not come back together. retry counts
// from 0, and draw gives a number from 0 to 1.
func waitBeforeRetry(retry int, retryAfter time.Duration, draw func() float64) time.Duration {
	upTo := longestWait
	if retry < 4 {
		upTo = min(longestWait, firstWait<<retry)
	}
	return max(time.Duration(draw()*float64(upTo)), retryAfter)
}

// parseRetryAfter reads a Retry-After, given as seconds or as a date; 0 when there is none that can be read.
func parseRetryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}

const (
	fullBudget = 10.0
	forSuccess = 0.1
)

// retryBudget bounds the retries of a client: without it an outage would see every client's load multiplied.
type retryBudget struct {
	mu   sync.Mutex
	left float64
}

// take says whether a retry may be made, and takes it from the budget.
func (b *retryBudget) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

func (b *retryBudget) succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(fullBudget, b.left+forSuccess)
}
