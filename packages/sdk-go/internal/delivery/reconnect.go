package delivery

import (
	"math"
	"time"
)

const (
	firstBackoff = time.Second
	mostBackoff  = 30 * time.Second
	// A stream that lived so long was a good one: what ended it is no sign of trouble.
	goodStream     = 10 * time.Second
	firstOfRefused = 30 * time.Second
	mostOfRefused  = 10 * time.Minute

	// OtherEpoch is how long another installation must have answered before its revisions count.
	OtherEpoch = 10 * time.Minute
	// Hello is how long after its headers a stream must say hello.
	Hello = 10 * time.Second
	// MostSilentStreams is how often it may fail to before polling begins.
	MostSilentStreams = 3
	// LongPause is how long polling stands in for a stream that does not get through, and how long a refused audience is not asked for.
	LongPause = 10 * time.Minute
)

// ReconnectPolicy says when to connect next. A fleet that lost its connections together must not come back together.
type ReconnectPolicy struct {
	// From 0 to 1, the latter excluded.
	random             func() float64
	failures, refusals int
	// Since the last good stream.
	hasRepaired bool
}

// NewReconnectPolicy makes the policy of a client that has not failed yet.
func NewReconnectPolicy(random func() float64) *ReconnectPolicy {
	return &ReconnectPolicy{random: random}
}

// AfterBreak is for a connection that failed or broke. It has lived since its hello; 0 without one.
func (p *ReconnectPolicy) AfterBreak(lived time.Duration, retry RetryRange, retryAfter time.Duration) time.Duration {
	if lived >= goodStream {
		p.failures, p.hasRepaired = 0, false
		return max(p.Within(retry), retryAfter)
	}
	most := time.Duration(min(float64(firstBackoff)*math.Pow(2, float64(p.failures)), float64(mostBackoff)))
	p.failures++
	return max(p.part(most), retryAfter)
}

// Repairs: what was delivered did not add up. px0 is there, so the first time is not made to wait for the failures before.
func (p *ReconnectPolicy) Repairs() {
	if !p.hasRepaired {
		p.failures = 0
	}
	p.hasRepaired = true
}

// AfterRefusal is for a refusal, or an answer that says that nothing is delivered there.
func (p *ReconnectPolicy) AfterRefusal() time.Duration {
	wait := time.Duration(min(float64(firstOfRefused)*math.Pow(2, float64(p.refusals)), float64(mostOfRefused)))
	p.refusals++
	return p.Spread(wait)
}

// Within is at random within a range that px0 has named.
func (p *ReconnectPolicy) Within(r RetryRange) time.Duration { return r.Least + p.part(r.Most-r.Least) }

// Spread is ± 10 %, so that processes that started together do not come back together.
func (p *ReconnectPolicy) Spread(d time.Duration) time.Duration {
	return time.Duration(math.Round(float64(d) * (0.9 + 0.2*p.random())))
}

// Delivered: px0 has delivered, so what went wrong before is over.
func (p *ReconnectPolicy) Delivered() { p.refusals = 0 }

// Polled is the same for a poll, which cannot live long.
func (p *ReconnectPolicy) Polled() { p.failures, p.refusals, p.hasRepaired = 0, 0, false }

func (p *ReconnectPolicy) part(d time.Duration) time.Duration {
	return time.Duration(p.random() * float64(d))
}
