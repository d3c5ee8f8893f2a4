package px0

import (
	"sync"
	"time"
)

const (
	failuresBeforePause = 3
	firstPause          = time.Second
	longestPause        = 10 * time.Second
	// A server may ask for more than the longest pause, but not for being forgotten.
	longestAsked = 30 * time.Second
)

// outage knows whether px0 is away. After some calls in a row found it so, a pause begins, in which nobody waits for what will
// not come; when it is over one probe at a time finds out whether px0 is back.
type outage struct {
	now  func() time.Time
	draw func() float64

	mu        sync.Mutex
	failures  int
	pause     time.Duration
	until     time.Time
	isProbing bool
	last      *UnreachableError
}

// cause is why px0 is not asked at present; nil when it is.
func (o *outage) cause() *UnreachableError {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pause == 0 {
		return nil
	}
	return o.last
}

// answered: px0 has answered, be it with a refusal.
func (o *outage) answered() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failures, o.pause, o.last = 0, 0, nil
}

// found: a call has found px0 unreachable.
func (o *outage) found(err *UnreachableError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failures++
	o.last = err
	isPauseOver := !o.now().Before(o.until)
	if o.failures < failuresBeforePause || (o.pause > 0 && !isPauseOver) {
		return
	}
	if o.pause == 0 {
		o.pause = firstPause
	} else {
		o.pause = min(longestPause, o.pause*2)
	}
	jittered := time.Duration(float64(o.pause) * (0.5 + o.draw()/2))
	o.until = o.now().Add(max(jittered, min(longestAsked, err.RetryAfter)))
}

// beginProbe says whether a probe is due; the caller then makes one and calls endProbe.
func (o *outage) beginProbe() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.isProbing || o.now().Before(o.until) {
		return false
	}
	o.isProbing = true
	return true
}

func (o *outage) endProbe() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.isProbing = false
}
