package px0

import (
	"sync"
	"time"
)

// Of a client's background work at once.
const mostAtOnce = 4

// background is work that nobody waits for. What is already under way, or waits for its turn, is not begun again.
type background struct {
	mu        sync.Mutex
	names     map[string]bool
	isClosed  bool
	dropsRest bool
	running   sync.WaitGroup
	slots     chan struct{}
}

func newBackground() *background {
	return &background{names: map[string]bool{}, slots: make(chan struct{}, mostAtOnce)}
}

func (b *background) start(name string, work func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.isClosed || b.names[name] {
		return
	}
	b.names[name] = true
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		b.slots <- struct{}{}
		defer func() { <-b.slots }()
		defer b.end(name)
		if !b.isDropped() {
			work()
		}
	}()
}

func (b *background) end(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.names, name)
}

func (b *background) isDropped() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropsRest
}

// close lets nothing new begin, and waits for the rest; what has not begun after the patience is dropped.
func (b *background) close(patience time.Duration) {
	b.mu.Lock()
	b.isClosed = true
	b.mu.Unlock()
	timer := time.AfterFunc(patience, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.dropsRest = true
	})
	defer timer.Stop()
	b.running.Wait()
}
